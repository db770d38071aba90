package smstest

import (
	"time"

	"okno/sms/smpp"
)

// fates remember what became of the last messages, for query_sm.
type fates struct {
	known map[string]fate
	ids   []string // oldest first
}

type fate struct {
	source string
	off    bool // the phone is, for good
	due    time.Time
}

const fatesLimit = 10_000

// add keeps a message's fate, which is settled when it is due.
func (f *fates) add(id, source string, off bool, due time.Time) {
	if f.known == nil {
		f.known = map[string]fate{}
	}
	f.known[id] = fate{source, off, due}
	f.ids = append(f.ids, id)
	if len(f.ids) > fatesLimit {
		delete(f.known, f.ids[0])
		f.ids = f.ids[1:]
	}
}

// HandleQuery tells what has become of a message (SMPP 3.4 §4.8): only to its sender.
func (e *ear) HandleQuery(q smpp.Query, answer func(smpp.Status, smpp.QueryResp)) {
	s := e.smsc
	s.mu.Lock()
	f, ok := s.fates.known[q.MessageID]
	s.mu.Unlock()
	if !ok || f.source != q.Source.Number {
		answer(smpp.QueryFailed, smpp.QueryResp{})
		return
	}
	const enroute, delivered, undeliverable = 1, 2, 5
	resp := smpp.QueryResp{MessageID: q.MessageID, State: enroute}
	if !time.Now().Before(f.due) {
		resp.State, resp.FinalDate = delivered, smpp.FormatTime(f.due)
		if f.off {
			resp.State, resp.ErrorCode = undeliverable, 1
		}
	}
	answer(smpp.OK, resp)
}

package smstest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"okno/sms/smpp"
	"okno/sms/text"
)

// ear handles what one session sends.
type ear struct {
	smsc    *SMSC
	session *smpp.Session
}

func (e *ear) HandlePoison(smpp.Poison) {}

// HandleMessage takes a submit_sm or data_sm from an ESME.
func (e *ear) HandleMessage(r *smpp.Request) {
	s := e.smsc
	verdict := s.judge(r.Message)
	if verdict.Status != smpp.OK {
		r.Answer(verdict.Status, "")
		return
	}
	if r.Message.TLVs[smpp.TagUSSDServiceOp] != nil {
		r.Answer(s.show(r.Message), "ussd")
		return
	}
	id := s.accept(r.Message, verdict.Mute)
	switch {
	case verdict.Drop:
		e.session.Close()
	case verdict.Silent:
	case s.conf.Latency > 0:
		time.AfterFunc(s.conf.Latency, func() { r.Answer(smpp.OK, id) })
	default:
		r.Answer(smpp.OK, id)
	}
}

func (s *SMSC) judge(m smpp.Message) Verdict {
	if s.conf.Judge != nil {
		if v := s.conf.Judge(m); v != (Verdict{}) {
			return v
		}
	}
	if n := m.Dest.Number; n == "" || len(n) > 15 || n != digits(n) {
		return Verdict{Status: smpp.InvalidDest}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.submits++
	if every := s.conf.ThrottleEvery; every > 0 && s.submits%every == 0 {
		return Verdict{Status: smpp.Throttled}
	}
	return Verdict{}
}

// partKey tells apart the long messages that a phone has not got in full.
type partKey struct {
	from, to         string
	reference, total int
}

// accept keeps a segment, shows the message once it is whole, and sends the
// receipt when it is due.
func (s *SMSC) accept(m smpp.Message, mute bool) (messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	id, receiptID := s.lastID, strconv.FormatUint(s.lastID, 10)
	messageID = receiptID
	if s.conf.MixedIDs {
		messageID = strconv.FormatUint(id, 16)
	}
	off := s.conf.Undeliverable != "" && strings.HasSuffix(m.Dest.Number, s.conf.Undeliverable)
	if !off {
		s.assemble(m)
	}
	s.fates.add(messageID, m.Source.Number, off, time.Now().Add(s.conf.ReceiptDelay))
	if m.RegisteredDelivery&0x03 != 0 && !mute {
		now := time.Now()
		s.receipts.add(receipt{receiptFor(m, receiptID, messageID, off, now), now.Add(s.conf.ReceiptDelay)})
	}
	return messageID
}

func (s *SMSC) assemble(m smpp.Message) {
	payload := m.Payload()
	scheme := text.SchemeOf(m.Coding, nil)
	var part text.Part
	if m.ESMClass&smpp.ESMUDHI != 0 {
		scheme = text.SchemeOf(m.Coding, payload)
		var err error
		if part, payload, err = text.TakeHeader(payload); err != nil {
			return
		}
	}
	if part.Valid() {
		key := partKey{m.Source.Number, m.Dest.Number, part.Reference, part.Total}
		if s.parts[key] == nil {
			s.parts[key] = make(map[int][]byte)
		}
		s.parts[key][part.Number] = payload
		if len(s.parts[key]) < part.Total {
			return
		}
		payload = nil
		for n := 1; n <= part.Total; n++ {
			payload = append(payload, s.parts[key][n]...)
		}
		delete(s.parts, key)
	}
	body, err := text.DecodeAs(scheme, payload)
	if err != nil {
		return
	}
	s.record(m.Dest.Number, Message{
		From: m.Source.Number, To: m.Dest.Number, Text: body, At: time.Now(), State: Received,
		Segments: max(part.Total, 1),
	})
}

// receiptFor makes the deliver_sm of a receipt (SMPP 3.4 appendix B, and TLVs
// unless the ids are in two notations, where they would give it away).
func receiptFor(m smpp.Message, receiptID, messageID string, off bool, at time.Time) smpp.Message {
	stat, state, code, delivered := "DELIVRD", byte(2), "000", 1
	if off {
		stat, state, code, delivered = "UNDELIV", 5, "001", 0
	}
	stamp := at.Format("0601021504")
	receipt := smpp.Message{
		Source: m.Dest, Dest: m.Source, ESMClass: smpp.ESMReceipt,
		Short: fmt.Appendf(nil, "id:%s sub:001 dlvrd:%03d submit date:%s done date:%s stat:%s err:%s text:",
			receiptID, delivered, stamp, stamp, stat, code),
	}
	if receiptID == messageID {
		receipt.TLVs = smpp.TLVs{
			smpp.TagReceiptedMessageID: append([]byte(receiptID), 0),
			smpp.TagMessageState:       {state},
		}
	}
	return receipt
}

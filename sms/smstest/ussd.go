package smstest

import (
	"context"
	"errors"
	"time"

	"okno/sms/smpp"
	"okno/sms/text"
)

// Page is what the phone's screen shows in a USSD session.
type Page struct {
	Text string `json:"text"`
	Last bool   `json:"last"` // the session is over
}

// screen is a phone in a USSD session, which waits for a page.
type screen struct {
	session byte
	number  string // that was dialled, as it stands in the operator's own notation
	pages   chan Page
}

// ErrNoSession is a phone that is in no USSD session.
var ErrNoSession = errors.New("smsc: no ussd session")

// Dial begins a USSD session of a phone, which ends the one before, and gives its first page: "*1414#". The error is a Status
// where the ESME refused it.
func (s *SMSC) Dial(ctx context.Context, from, code string) (Page, error) {
	from = digits(from)
	if from == "" || digits(code) == "" {
		return Page{}, ErrNumber
	}
	s.mu.Lock()
	s.lastSession++
	on := &screen{session: s.lastSession, number: digits(code), pages: make(chan Page, 1)}
	s.screens[from] = on
	s.mu.Unlock()
	return s.exchange(ctx, from, on, smpp.PSSRIndication, code)
}

// Key answers the page that a phone shows, and gives the next one.
func (s *SMSC) Key(ctx context.Context, from, answer string) (Page, error) {
	on := s.screen(from)
	if on == nil {
		return Page{}, ErrNoSession
	}
	return s.exchange(ctx, digits(from), on, smpp.USSRConfirm, answer)
}

// Leave ends a phone's session, as the citizen does with the red key.
func (s *SMSC) Leave(ctx context.Context, from string) error {
	on := s.screen(from)
	if on == nil {
		return ErrNoSession
	}
	s.forgetScreen(digits(from), on)
	return s.deliver(ctx, ussd(digits(from), on, smpp.USSRConfirm, "", true))
}

func (s *SMSC) exchange(ctx context.Context, from string, on *screen, op byte, body string) (Page, error) {
	if err := s.deliver(ctx, ussd(from, on, op, body, false)); err != nil {
		s.forgetScreen(from, on)
		return Page{}, err
	}
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	select {
	case page := <-on.pages:
		return page, nil
	case <-patience.C:
		return Page{}, context.DeadlineExceeded
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
}

func ussd(from string, on *screen, op byte, body string, end bool) smpp.Message {
	coding, short := text.Encode(body)
	info := []byte{on.session, 0}
	if end {
		info[1] = 1
	}
	return smpp.Message{
		ServiceType: smpp.ServiceUSSD, Source: smpp.Address{TON: 1, NPI: 1, Number: from}, Dest: smpp.Address{NPI: 1, Number: on.number},
		Coding: byte(coding), Short: short,
		TLVs: smpp.TLVs{smpp.TagUSSDServiceOp: {op}, smpp.TagITSSessionInfo: info},
	}
}

func (s *SMSC) screen(number string) *screen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screens[digits(number)]
}

func (s *SMSC) forgetScreen(number string, on *screen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.screens[number] == on {
		delete(s.screens, number)
	}
}

// show puts a page on a phone's screen. It is refused unless it is of the phone's session and fits.
func (s *SMSC) show(m smpp.Message) smpp.Status {
	op, info := m.TLVs[smpp.TagUSSDServiceOp], m.TLVs[smpp.TagITSSessionInfo]
	on := s.screen(m.Dest.Number)
	if on == nil || len(op) != 1 || len(info) != 2 || info[0] != on.session || m.ServiceType != smpp.ServiceUSSD {
		return smpp.SubmitFailed
	}
	last := op[0] == smpp.PSSRResponse
	room := 182
	if text.Coding(m.Coding) == text.UCS2 {
		room = 160
	}
	if last != (info[1]&1 != 0) || !last && op[0] != smpp.USSRRequest || len(m.Short) > room {
		return smpp.SubmitFailed
	}
	body, err := text.Decode(m.Coding, m.Short)
	if err != nil {
		return smpp.SubmitFailed
	}
	if last {
		s.forgetScreen(m.Dest.Number, on)
	}
	select {
	case on.pages <- Page{Text: body, Last: last}:
		return smpp.OK
	default: // it has one that nobody asked for
		return smpp.QueueFull
	}
}

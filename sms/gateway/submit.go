package gateway

import (
	"encoding/json"
	"slices"
	"time"

	"okno/internal/message"
	"okno/internal/smppaccount"
	"okno/sms/content"
	"okno/sms/smpp"
	"okno/sms/text"
)

const (
	// maxSegments of a message, and parts that one may come in.
	maxSegments = 100
	// maxPart is the longest part that a phone could show: 160 septets, an octet each.
	maxPart = 160
	// latest is how far ahead a message may be scheduled.
	latest = 30 * 24 * time.Hour
	// otpLifetime bounds a password's (NIST SP 800-63B-4 §3.1.3).
	otpLifetime = 10 * time.Minute
)

// addresses are those of a message as the agency wrote them.
type addresses struct{ Source, Dest smpp.Address }

// read makes a submit of a message. Any status but OK is its refusal, and final.
func read(m *smpp.Message, a smppaccount.Account, form func(message.Lane, string) string, now time.Time) (smppaccount.Submit, smpp.Status) {
	s := smppaccount.Submit{SystemID: a.SystemID, Lane: a.Lane, Receipt: wishOf(m.RegisteredDelivery), At: now}
	var ok bool
	if s.Destination, ok = content.Number(m.Dest); !ok {
		return s, smpp.InvalidDest
	}
	if !a.Reaches(s.Destination) {
		return s, smpp.InvalidDest
	}
	s.Sender = m.Source.Number
	if s.Sender == "" {
		s.Sender = a.Senders[0]
	}
	if !slices.Contains(a.Senders, s.Sender) {
		return s, smpp.InvalidSource
	}
	var status smpp.Status
	if s.DueAt, s.ExpiresAt, status = timesOf(m, a.Lane, now); status != smpp.OK {
		return s, status
	}
	var err error
	if s.Addresses, err = json.Marshal(addresses{m.Source, m.Dest}); err != nil {
		return s, smpp.SystemError
	}
	return s, readText(m, form, &s)
}

func readText(m *smpp.Message, form func(message.Lane, string) string, s *smppaccount.Submit) smpp.Status {
	part, scheme, payload, err := content.PartOf(m)
	if err != nil {
		return smpp.SubmitFailed
	}
	whole, err := text.DecodeAs(scheme, payload)
	if err != nil {
		return smpp.SubmitFailed
	}
	if part.Valid() {
		if part.Total > maxSegments || len(payload) > maxPart {
			return smpp.MessageTooLong
		}
		s.Part = message.Part{Reference: part.Reference, Total: part.Total, Number: part.Number, Coding: int(scheme),
			Payload: append([]byte{}, payload...)}
		return smpp.OK
	}
	s.Text = form(s.Lane, content.Clean(whole))
	if forbids(s.Lane, whole) {
		return smpp.SubmitFailed
	}
	if s.Segments = text.Segments(s.Text); s.Segments > maxSegments {
		return smpp.MessageTooLong
	}
	return smpp.OK
}

// forbids says whether an agency may not send a text: only whoever has the lane for one-time passwords sends what looks like one.
func forbids(lane message.Lane, body string) bool {
	return lane != message.OTP && smppaccount.LooksLikeCode(body)
}

// wishOf reads registered_delivery (SMPP 3.4 §5.2.17).
func wishOf(registered byte) smppaccount.Wish {
	switch registered & 0x03 {
	case 0:
		return smppaccount.NoReceipt
	case 2:
		return smppaccount.FailuresOnly
	}
	return smppaccount.AllReceipts
}

// timesOf says when a message is due, and until when it is worth sending: no longer than others of its lane.
func timesOf(m *smpp.Message, lane message.Lane, now time.Time) (due, expires time.Time, status smpp.Status) {
	due, err := smpp.ParseTime(m.Schedule, now)
	if err != nil || due.After(now.Add(latest)) {
		return due, expires, smpp.InvalidSchedule
	}
	if due.Before(now) {
		due = now
	}
	expires, err = smpp.ParseTime(m.Validity, now)
	if err != nil || !expires.IsZero() && !expires.After(due) {
		return due, expires, smpp.InvalidExpiry
	}
	if end := due.Add(lifetimeOf(lane)); expires.IsZero() || expires.After(end) {
		expires = end
	}
	return due, expires, smpp.OK
}

func lifetimeOf(lane message.Lane) time.Duration {
	switch lane {
	case message.OTP:
		return otpLifetime
	case message.Reply:
		return message.ReplyLifetime
	}
	return message.NoticeLifetime
}

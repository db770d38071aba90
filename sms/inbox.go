package sms

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/fault"
	"okno/internal/message"
	"okno/sms/content"
	"okno/sms/smpp"
	"okno/sms/text"
)

// inbox hears one session: messages and receipts. It answers each once it is
// committed, and with 0x64 where that fails, so that the SMSC keeps it.
type inbox struct {
	channel    *Channel
	link       string
	reading    text.Reading
	deferredAt *atomic.Int64 // of the link: when a message was deferred last
	notation   *notation     // of the link
	bind       string
	dialled    chan ussdRequest
	log        zerolog.Logger
}

// HandlePoison keeps a PDU that could not be read.
func (in *inbox) HandlePoison(p smpp.Poison) {
	in.channel.metrics.count(in.link, "in", "poison")
	in.channel.arrivals("").Offer(entry{
		poison: &message.Poison{Link: in.link, Raw: p.Raw, Status: uint32(p.Status), Reason: p.Reason.Error(), At: in.channel.Clock()},
		done:   func(error) {},
	})
}

// HandleMessage takes a deliver_sm or data_sm.
func (in *inbox) HandleMessage(r *smpp.Request) {
	now := in.channel.Clock()
	m := &r.Message
	if receipt, marked := isReceipt(m); receipt {
		in.handleReceipt(r, marked, now)
		return
	}
	if in.channel.Dial != nil && isUSSD(m) {
		select {
		case in.dialled <- ussdRequest{r, now}:
		default:
			in.postpone(r)
		}
		return
	}
	arrival, reason := in.arrival(m, now)
	if reason != nil { // it is kept, and would be no more readable a second time
		in.enter(r, in.channel.arrivals(""), entry{poison: &message.Poison{Link: in.link, Raw: r.Raw, Reason: reason.Error(), At: now}}, "poison")
		return
	}
	arrival.DeferredAt = in.channel.deferred.when(arrival.Fingerprint)
	in.enter(r, in.channel.arrivals(arrival.Source), entry{arrival: arrival}, "accepted")
}

// enter commits an entry and answers its request.
func (in *inbox) enter(r *smpp.Request, l *ledger, e entry, result string) {
	e.done = func(err error) {
		if e.arrival != nil {
			in.note(e.arrival, err)
		}
		if err != nil {
			in.postpone(r)
			return
		}
		r.Answer(smpp.OK, "")
		in.channel.metrics.count(in.link, "in", result)
	}
	if !l.Offer(e) {
		in.postpone(r)
	}
}

// note remembers an arrival that may have been kept for all that anybody knows, until it is known.
func (in *inbox) note(a *message.Arrival, err error) {
	switch {
	case errors.Is(err, fault.ErrUncertain):
		in.channel.deferred.remember(a.Fingerprint, a.ReceivedAt)
	case err == nil && !a.DeferredAt.IsZero():
		in.channel.deferred.forget(a.Fingerprint)
	}
}

// refused notes that a message was deferred: it comes again, maybe long after those around it.
func (in *inbox) refused() { in.deferredAt.Store(in.channel.Clock().UnixNano()) }

// refusedAt is when a message of the link was deferred last; zero: never.
func (in *inbox) refusedAt() time.Time {
	if at := in.deferredAt.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

func (in *inbox) postpone(r *smpp.Request) {
	in.refused()
	r.Answer(smpp.TemporaryAppError, "")
	in.channel.metrics.count(in.link, "in", "deferred")
}

// arrival reads a message. The error says why it is no text.
func (in *inbox) arrival(m *smpp.Message, now time.Time) (*message.Arrival, error) {
	a := &message.Arrival{
		Link: in.link, Bind: in.bind, Source: number(m.Source), Destination: content.Clean(m.Dest.Number), ReceivedAt: now,
	}
	a.Fingerprint, a.Identified = in.fingerprint(m)
	part, scheme, payload, err := content.Incoming(m, in.reading)
	if err != nil {
		return nil, err
	}
	whole, err := text.DecodeAs(scheme, payload)
	if err != nil {
		return nil, err
	}
	if part.Valid() {
		a.RefusedAt = in.refusedAt()
		a.Part = message.Part{Reference: part.Reference, Total: part.Total, Number: part.Number, Coding: int(scheme), Payload: payload}
	} else {
		a.Text = content.Clean(whole)
		if content.Garbled(a.Text) {
			a.Raw = m.Payload()
		}
	}
	return a, nil
}

// fingerprint is what the same message has again when the SMSC sends it again.
func (in *inbox) fingerprint(m *smpp.Message) (sum []byte, identified bool) {
	if id := m.TLVs[smpp.TagReceiptedMessageID]; len(id) > 1 {
		return sumOf([]byte(in.link), id), true
	}
	return sumOf([]byte(in.link), []byte(m.Source.Number), []byte(m.Dest.Number), []byte{m.Coding, m.ESMClass}, m.Payload()), false
}

func sumOf(fields ...[]byte) []byte {
	h := sha256.New()
	for _, f := range fields {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(f))))
		h.Write(f)
	}
	return h.Sum(nil)
}

// isReceipt reads the message type of esm_class (SMPP 3.4 §5.2.12): a delivery
// receipt or an intermediate notification. Some SMSCs only give the TLVs, and some
// nothing but a receipt's text.
func isReceipt(m *smpp.Message) (receipt, marked bool) {
	const messageType, deliveryReceipt, intermediate = 0x3C, 0x04, 0x20
	switch kind := m.ESMClass & messageType; {
	case kind == deliveryReceipt, kind == intermediate,
		kind == 0 && m.TLVs[smpp.TagReceiptedMessageID] != nil && m.TLVs[smpp.TagMessageState] != nil:
		return true, true
	case kind != 0 || m.ESMClass&smpp.ESMUDHI != 0 || !mayBeReceipt(m.Payload()):
		return false, false
	}
	return text.LooksLikeReceipt(receiptText(m)), false
}

// mayBeReceipt says whether octets begin as a receipt's text does, in whatever alphabet: nearly no message does.
func mayBeReceipt(b []byte) bool {
	b = bytes.TrimLeft(b, "\x00 ")
	return len(b) > 0 && b[0]|0x20 == 'i'
}

// receiptText gives the text of a receipt. Some SMSCs write it in ASCII under the coding of its message.
func receiptText(m *smpp.Message) string {
	payload := m.Payload()
	if lower := bytes.ToLower(payload); bytes.Contains(lower, []byte("id:")) || bytes.Contains(lower, []byte("stat:")) {
		return content.Clean(string(bytes.TrimRight(payload, "\x00")))
	}
	body, _ := text.DecodeAs(text.Scheme(m.Coding).On(text.Reading{}), payload)
	return body
}

// handleReceipt takes a receipt. One that nothing marks as such, and which a citizen may have written, says something of messages to
// the number that it comes from only.
func (in *inbox) handleReceipt(r *smpp.Request, marked bool, now time.Time) {
	m := &r.Message
	body := receiptText(m)
	receipt, ok := text.ParseReceipt(body, string(m.TLVs[smpp.TagReceiptedMessageID]), m.TLVs[smpp.TagMessageState])
	quarantine := func(reason string) {
		in.enter(r, in.channel.settled, entry{poison: &message.Poison{Link: in.link, Raw: r.Raw, Reason: reason, At: now}}, "poison")
	}
	switch {
	case !ok:
		quarantine("receipt without a message id")
	case !text.Stated(body, m.TLVs[smpp.TagMessageState]):
		quarantine("receipt without a state")
	case !receipt.Outcome.Final(): // more will come
		r.Answer(smpp.OK, "")
		in.channel.metrics.count(in.link, "in", "receipt")
	default:
		id := content.Clean(receipt.MessageID)
		state, failure := finalOf(receipt)
		to := in.receipted(m)
		keys := in.notation.keys(id)
		if !marked || in.notation.known() == text.AnyNotation && strings.HasPrefix(to, "+") {
			keys = append([]string{""}, keys...) // the number has to be right
		}
		in.enter(r, in.channel.settled, entry{receipt: &message.Receipt{
			Link: in.link, ID: id, Keys: keys, Destination: to, State: state, Failure: string(failure), At: now,
		}}, "receipt")
	}
}

// receipted gives the number to which the message of a receipt went: that which it comes from, unless an SMSC has left the
// addresses as they were.
func (in *inbox) receipted(m *smpp.Message) string {
	if _, ok := content.Number(m.Source); !ok || in.channel.own[number(m.Source)] {
		if e164, ok := content.Number(m.Dest); ok {
			return e164
		}
	}
	return number(m.Source)
}

// number gives a subscriber's number in E.164, and what is none as it came.
func number(a smpp.Address) string {
	if e164, ok := content.Number(a); ok {
		return e164
	}
	return content.Clean(a.Number)
}

package sms

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"okno/internal/message"
	"okno/sms/content"
	"okno/sms/smpp"
	"okno/sms/text"
)

// USSD over SMPP as gateways speak it, for the specification leaves the flow open: deliver_sm with service_type USSD and PSSR
// indication begins a session; the page goes back by submit_sm as USSR request, to which the phone's answer comes as USSR
// confirm; PSSR response shows the last page. its_session_info, where it comes, goes back as it came (SMPP 3.4 §5.3.2.43: the
// number of the session, its sequence number, and in the last bit the end of the session).
//
// A request that comes again, because its acknowledgement was lost with the bind, is answered with the page that it had.
//
// A page that is late is worthless: it goes by the bind that asked, past lanes, claims and rate, and is not tried again.

const (
	ussdWaiting = 256 // requests that may wait
	ussdAtOnce  = 8   // that are served at once by a bind
)

// isUSSD tells a USSD session's request from a message.
func isUSSD(m *smpp.Message) bool {
	return m.ServiceType == smpp.ServiceUSSD || len(m.TLVs[smpp.TagUSSDServiceOp]) == 1
}

// ussdRequest is a request as it came.
type ussdRequest struct {
	*smpp.Request
	at time.Time
}

// exchange serves the USSD requests of a session, one at a time.
type exchange struct {
	bind    *bind
	session *smpp.Session
	inbox   *inbox
}

func newExchange(b *bind, s *smpp.Session, in *inbox) *exchange { return &exchange{b, s, in} }

// run serves until the session has ended: until then it waits for the answers.
func (x *exchange) run(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	for {
		select {
		case r := <-x.inbox.dialled:
			x.serve(ctx, r)
		case <-x.session.Done():
			return
		}
	}
}

// serve commits what follows from a request, has the page shown, and then acknowledges the request.
func (x *exchange) serve(ctx context.Context, r ussdRequest) {
	c, link := x.bind.channel, x.bind.link.Name
	in, ok := dialled(&r.Message, x.inbox.reading)
	if !ok { // another network operation, or nobody's
		r.Answer(smpp.OK, "")
		c.metrics.count(link, "in", "ussd_ignored")
		return
	}
	in.Bind, in.Fingerprint, in.ReceivedAt = x.inbox.bind, x.inbox.fingerprintUSSD(&r.Message), r.at
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	page, err := c.Dial(ctx, in)
	if err != nil {
		x.bind.log.Error().Err(err).Msg("ussd")
		x.inbox.postpone(r.Request)
		return
	}
	c.metrics.count(link, "in", "ussd")
	if in.Left {
		r.Answer(smpp.OK, "")
		return
	}
	sent, err := x.show(ctx, &r.Message, page)
	r.Answer(smpp.OK, "")
	if err == nil {
		_, err = sent.Wait(ctx)
	}
	if err != nil {
		x.bind.log.Warn().Err(err).Msg("ussd page not shown")
		c.metrics.count(link, "out", "ussd_failed")
		return
	}
	c.metrics.count(link, "out", "ussd")
}

var errNoCarrier = errors.New("no bind of the link can send")

func (x *exchange) show(ctx context.Context, asked *smpp.Message, page message.Page) (*smpp.Sent, error) {
	carrier := x.bind.carrier(x.session)
	if carrier == nil {
		return nil, errNoCarrier
	}
	return carrier.Start(ctx, pageSubmission(asked, page))
}

// pageSubmission makes the submit_sm of a page, which answers a request.
func pageSubmission(asked *smpp.Message, page message.Page) smpp.Message {
	coding, short := text.Encode(page.Text)
	op := smpp.USSRRequest
	if page.Last {
		op = smpp.PSSRResponse
	}
	m := smpp.Message{
		ServiceType: smpp.ServiceUSSD, Source: asked.Dest, Dest: asked.Source, Coding: byte(coding), Short: short,
		TLVs: smpp.TLVs{smpp.TagUSSDServiceOp: {op}},
	}
	if info := asked.TLVs[smpp.TagITSSessionInfo]; len(info) == 2 {
		end := info[1] &^ sessionEnd
		if page.Last {
			end |= sessionEnd
		}
		m.TLVs[smpp.TagITSSessionInfo] = []byte{info[0], end}
	}
	return m
}

// sessionEnd is the bit of its_session_info's second octet that ends the session.
const sessionEnd = 0x01

// fingerprintUSSD is what the same request has again. The number of a session and what was keyed come twice in honest use as
// well, so it says no more than a message's.
func (in *inbox) fingerprintUSSD(m *smpp.Message) []byte {
	sum, _ := in.fingerprint(m)
	return sumOf(sum, m.TLVs[smpp.TagUSSDServiceOp], m.TLVs[smpp.TagITSSessionInfo])
}

// dialled reads a request; false where it is none that a citizen makes.
func dialled(m *smpp.Message, reading text.Reading) (message.Dialled, bool) {
	number, ok := content.Number(m.Source)
	_, scheme, payload, err := content.Incoming(m, reading)
	if !ok || err != nil {
		return message.Dialled{}, false
	}
	body, err := text.DecodeAs(scheme, payload)
	if err != nil {
		return message.Dialled{}, false
	}
	d := message.Dialled{Number: number, Text: content.Clean(body)}
	if info := m.TLVs[smpp.TagITSSessionInfo]; len(info) == 2 {
		d.Session, d.Left = hex.EncodeToString(info[:1]), info[1]&sessionEnd != 0
	}
	op := m.TLVs[smpp.TagUSSDServiceOp]
	if len(op) != 1 { // a gateway that sends none begins with the code that was dialled
		d.Began = strings.HasPrefix(d.Text, "*") && strings.HasSuffix(d.Text, "#")
		return d, true
	}
	d.Began = op[0] == smpp.PSSRIndication
	return d, d.Began || op[0] == smpp.USSRConfirm || op[0] == smpp.USSRRequest // some answer by the operation that asked
}

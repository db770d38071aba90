package sms

import (
	"encoding/binary"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
)

const citizen = "77010000001"

// badInput is what an SMSC does wrong, and what becomes of it. Each is followed by a good message, which must be answered.
//
// The table is of the whole channel on a real database. What belongs to the session alone has tests of its own:
//
//	a peer that stops reading         smpp/fault_test.go TestPeerThatStopsReadingIsDropped
//	a number that a submit has too    smpp/fault_test.go TestDeliverWithTheNumberOfAPendingSubmit
//	a late answer                     smpp/fault_test.go TestLateAnswerIsUnknownThenCounted
//	what go-smpp cannot read          smpp/fault_test.go TestPoisonIsAnsweredAndTheLinkStays
//	a silent peer                     smpp/session_test.go TestSilentPeerIsFoundOut
//	too many messages at once         smpp/session_test.go TestInboundOverflowIsRefusedForNow
//	octets at random                  smpp FuzzFrames, FuzzDecode; text and content Fuzz*
type badInput struct {
	name    string
	send    [][]byte
	answers []pdu    // sequence, command and status of each
	heard   []string // texts that are processed
	kept    int      // in the quarantine
	binds   int      // that it takes; 0 is 1
	greet   func(n int, conn net.Conn) bool
	repeats int // answers to each submit
	patient bool
}

var badInputs = []badInput{
	{name: "a truncated PDU", send: [][]byte{cutShort(deliver(7, citizen, 0, 0, []byte("hello")), 3)},
		answers: []pdu{{deliverSM | response, 0x65, 7, nil}}, kept: 1},
	{name: "a PDU that ends in the header's length", send: [][]byte{pdu{command: deliverSM, sequence: 7}.frame()},
		answers: []pdu{{deliverSM | response, 0x65, 7, nil}}, kept: 1},
	{name: "an oversized PDU", send: [][]byte{pdu{command: deliverSM, sequence: 7, body: make([]byte, 100_000)}.frame()},
		answers: []pdu{{deliverSM | response, 0x65, 7, nil}}, kept: 1},
	{name: "a TLV that runs past the end", send: [][]byte{deliver(7, citizen, 0, 0, nil, 4, 0x24, 0xFF, 0xFF, 1)},
		answers: []pdu{{deliverSM | response, 0x65, 7, nil}}, kept: 1},
	{name: "an unknown command", send: [][]byte{pdu{command: 0x00010001, sequence: 7}.frame()},
		answers: []pdu{{genericNack, 0x03, 7, nil}}, kept: 1},
	{name: "sequence numbers out of order and of range", send: [][]byte{
		deliver(0xFFFFFFFF, citizen, 0, 0, []byte("a")), deliver(0, citizen, 0, 0, []byte("b")), deliver(3, citizen, 0, 0, []byte("c"))},
		answers: []pdu{{deliverSM | response, 0, 0xFFFFFFFF, nil}, {deliverSM | response, 0, 0, nil}, {deliverSM | response, 0, 3, nil}},
		heard:   []string{"a", "b", "c"}},
	{name: "a number used twice", send: [][]byte{deliver(7, citizen, 0, 0, []byte("a")), deliver(7, citizen, 0, 0, []byte("b"))},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 7, nil}}, heard: []string{"a", "b"}},
	{name: "unsolicited responses", send: [][]byte{
		pdu{command: submitSM | response, sequence: 900, body: []byte("1\x00")}.frame(), pdu{command: enquireLink | response, sequence: 901}.frame(),
		pdu{command: bindTransceiver | response, sequence: 902, body: []byte("raw\x00")}.frame(), pdu{command: genericNack, status: 2}.frame()}},
	{name: "repeated responses", send: [][]byte{deliver(7, citizen, 0, 0, []byte("a"))}, repeats: 3,
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{"a"}},
	{name: "alert_notification", send: [][]byte{pdu{command: alertNotification, sequence: 7, body: []byte("\x01\x017701\x00\x01\x011414\x00")}.frame()}},
	{name: "a malformed user data header", send: [][]byte{
		deliver(7, citizen, 0x40, 0, []byte{0x30, 1}), deliver(8, citizen, 0x40, 0, []byte{3, 0, 9, 1, 'x'})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 8, nil}}, kept: 2},
	{name: "an empty user data header", send: [][]byte{deliver(7, citizen, 0x40, 0, []byte{0, 'h', 'i'}), deliver(8, citizen, 0x40, 0, nil)},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 8, nil}}, heard: []string{"hi", ""}},
	{name: "part 0 of 3", send: [][]byte{deliver(7, citizen, 0x40, 0, []byte{5, 0, 3, 7, 3, 0, 'x'})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{"x"}},
	{name: "part 4 of 3", send: [][]byte{deliver(7, citizen, 0x40, 0, []byte{5, 0, 3, 7, 3, 4, 'x'})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{"x"}},
	{name: "two parts, one of them another's", send: [][]byte{
		deliver(7, citizen, 0x40, 0, []byte{5, 0, 3, 7, 2, 1, 'x'}), deliver(8, "77010000002", 0x40, 0, []byte{5, 0, 3, 7, 2, 2, 'y'})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 8, nil}}},
	{name: "invalid UTF-16", send: [][]byte{
		deliver(7, citizen, 0, 8, []byte{0xD8, 0x3D, 0, 'x'}), deliver(8, citizen, 0, 8, []byte{0, 'x', 0}), deliver(9, citizen, 0, 8, []byte{0, 0})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 8, nil}, {deliverSM | response, 0, 9, nil}},
		heard:   []string{"\uFFFDx", "x\uFFFD", "\uFFFD"}},
	{name: "no text but octets", send: [][]byte{deliver(7, citizen, 0, 4, []byte{1, 2, 3})},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, kept: 1},
	{name: "an empty message", send: [][]byte{deliver(7, citizen, 0, 0, nil)},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{""}},
	{name: "an address of no digits", send: [][]byte{deliver(7, "", 0, 0, []byte("a"))},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{"a"}},
	{name: "an address of 21 digits", send: [][]byte{deliver(7, "770100000017701000001", 0, 0, []byte("a"))},
		answers: []pdu{{deliverSM | response, 0, 7, nil}}, heard: []string{"a"}},
	{name: "an address without end", send: [][]byte{deliver(7, strings.Repeat("7", 65), 0, 0, []byte("a"))},
		answers: []pdu{{deliverSM | response, 0x65, 7, nil}}, kept: 1},
	{name: "a receipt for nothing", send: [][]byte{deliver(7, citizen, 0x04, 0, []byte("stat:DELIVRD")), deliver(8, citizen, 0x04, 0, []byte("id:9 stat:DELIVRD"))},
		answers: []pdu{{deliverSM | response, 0, 7, nil}, {deliverSM | response, 0, 8, nil}}, kept: 1},
	{name: "a second bind", send: [][]byte{pdu{command: bindTransceiver, sequence: 7, body: make([]byte, 7)}.frame()},
		answers: []pdu{{bindTransceiver | response, 0x05, 7, nil}}},
	{name: "a submit_sm to an ESME", send: [][]byte{asSubmit(deliver(7, citizen, 0, 0, []byte("a")))},
		answers: []pdu{{submitSM | response, 0x04, 7, nil}}},
	{name: "noise", send: [][]byte{{0, 0, 0, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		answers: []pdu{{genericNack, 0x02, 0, nil}}, binds: 2},
	{name: "a length of 1 GB", send: [][]byte{{0x40, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		answers: []pdu{{genericNack, 0x02, 0, nil}}, binds: 2},
	{name: "an unbind out of the blue", send: [][]byte{pdu{command: unbindCommand, sequence: 7}.frame()}, binds: 2,
		answers: []pdu{{unbindCommand | response, 0, 7, nil}}},
	{name: "a bind never answered", greet: func(n int, conn net.Conn) bool {
		if n == 1 {
			readPDU(conn)
			readPDU(conn) // until Okno gives up
		}
		return n > 1
	}},
	{name: "a bind answered by a nack", greet: func(n int, conn net.Conn) bool {
		if n == 1 {
			bind, _ := readPDU(conn)
			conn.Write(pdu{command: genericNack, status: 8, sequence: bind.sequence}.frame())
		}
		return n > 1
	}},
	{name: "a wrong password", patient: true, greet: func(n int, conn net.Conn) bool {
		bind, _ := readPDU(conn)
		conn.Write(pdu{command: bindTransceiver | response, status: 0x0E, sequence: bind.sequence}.frame())
		return false
	}},
	{name: "a link that flaps once", greet: func(n int, conn net.Conn) bool {
		if n == 1 {
			bind, _ := readPDU(conn)
			conn.Write(pdu{command: bindTransceiver | response, sequence: bind.sequence, body: []byte("raw\x00")}.frame())
		}
		return n > 1
	}},
}

func cutShort(frame []byte, octets int) []byte {
	frame = frame[:len(frame)-octets]
	binary.BigEndian.PutUint32(frame, uint32(len(frame)))
	return frame
}

func asSubmit(frame []byte) []byte {
	binary.BigEndian.PutUint32(frame[4:], submitSM)
	return frame
}

// The channel gets on whatever its peer does: no panic, no leak, no wedge, no loss, and at most one line of log for each.
func TestBadInput(t *testing.T) { // not in parallel: goroutines are counted
	for _, bad := range badInputs {
		t.Run(bad.name, func(t *testing.T) {
			p := startPeer(t)
			if bad.greet != nil {
				p.greet = bad.greet
			}
			p.repeats = max(1, bad.repeats)
			r := newRig(t, Link{Name: "raw", Addr: p.listener.Addr().String(), SystemID: "okno", Password: "p", BindTimeout: 300 * time.Millisecond})
			said := &lines{}
			r.options.Log = zerolog.New(said).Level(zerolog.WarnLevel)
			r.options.tune.healthTuning.grace = time.Minute // a fault of a moment is no ailment
			require.NoError(t, r.db.Ready(t.Context()))
			before := runtime.NumGoroutine()
			p.serve()
			r.run()
			if bad.patient { // it is a person's turn
				r.eventually("the reason", func() bool {
					err := r.channel.Ready()
					return err != nil && strings.Contains(err.Error(), smpp.InvalidPassword.Error())
				})
			} else {
				p.converse(r, bad)
			}
			require.LessOrEqual(t, len(said.all()), 1, "%q", said.all())
			r.stop()
			p.close()
			awaitGoroutines(t, before)
		})
	}
}

// converse sends what is bad, and then what is good.
func (p *peer) converse(r *rig, bad badInput) {
	t := p.t
	t.Helper()
	bound := func(n int) func() bool {
		return func() bool { return p.binds() >= n && r.channel.Ready() == nil }
	}
	r.eventually("a bind", bound(1))
	if len(bad.send) > 0 {
		p.writes(bad.send...)
	}
	p.hears(bad.answers)
	r.eventually("a bind again", bound(max(1, bad.binds)))
	p.writes(deliver(1_000, "77019999999", 0, 0, []byte("next")))
	p.hears([]pdu{{deliverSM | response, 0, 1_000, nil}})
	r.eventually("the reply to what came next", func() bool { return strings.Contains(fmt.Sprint(p.written()), "re: next") })
	r.eventually("all that was said", func() bool { return len(r.messages()) == len(bad.heard)+1 })
	var heard []string
	for _, mo := range r.messages() {
		if mo.Text != "next" {
			heard = append(heard, mo.Text)
		}
	}
	require.ElementsMatch(t, bad.heard, heard)
	r.eventually("what is kept of it", func() bool {
		kept, err := r.db.Quarantined(t.Context())
		return err == nil && kept == bad.kept
	})
	require.Equal(t, max(1, bad.binds), p.binds(), "binds")
}

// hears waits for answers, in any order: a second bind or a submit is not among those that a peer passes on.
func (p *peer) hears(want []pdu) {
	p.t.Helper()
	var got, wanted []string
	for range want {
		select {
		case a := <-p.answers:
			got = append(got, a.String())
		case <-time.After(20 * time.Second):
			require.FailNow(p.t, "no answer", "%v of %v", got, want)
		}
	}
	for _, w := range want {
		wanted = append(wanted, w.String())
	}
	require.ElementsMatch(p.t, wanted, got)
}

// awaitGoroutines polls by itself: require.Eventually would, in a goroutine.
func awaitGoroutines(t *testing.T, most int) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > most; <-poll.C {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			require.FailNow(t, "goroutines are left", "%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}

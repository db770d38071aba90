package sms

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/text"
)

const (
	a = "77010000001"
	b = "77010000002"
)

// told is what an SMSC answers to the submits, what its receipts say, and what becomes of the segments.
type told struct {
	name string
	link Link
	to   []string // of the submits, one segment each
	ids  []string // the answers to them, in turn
	long int      // parts of the one message that is sent, instead
	send [][]byte
	want map[string]message.SegmentState // by number; of each not named: accepted
	kept int                             // in the quarantine
}

// receipt is a deliver_sm with a receipt's text.
func receipt(from string, body string) []byte { return deliver(1, from, 0x04, 0, []byte(body)) }

// tlv is a TLV's octets.
func tlv(tag byte, value ...byte) []byte {
	return append([]byte{4, tag, 0, byte(len(value))}, value...)
}

func wide(s string) (b []byte) {
	for _, r := range s {
		b = append(b, 0, byte(r))
	}
	return b
}

const byTheBook = "id:%s sub:001 dlvrd:001 submit date:2611212300 done date:2611212301 stat:DELIVRD err:000 text:"

func book(id string) string { return strings.Replace(byTheBook, "%s", id, 1) }

var receiptsTold = []told{
	{name: "decimal of hexadecimal, beside another's", to: []string{a, b}, ids: []string{"10", "16"}, send: [][]byte{receipt(a, book("16"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "the same beside another's", to: []string{a, b}, ids: []string{"10", "16"}, send: [][]byte{receipt(b, book("16"))},
		want: map[string]message.SegmentState{b: message.Delivered}},
	{name: "hexadecimal of decimal, beside another's", to: []string{a, b}, ids: []string{"16", "10"}, send: [][]byte{receipt(a, book("10"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a letter tells", to: []string{a, b}, ids: []string{"1A", "26"}, send: [][]byte{receipt(a, book("26"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "A for 10", to: []string{a, b}, ids: []string{"A", "10"}, send: [][]byte{receipt(a, book("10"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "another's id, from a number that had no message", to: []string{a}, ids: []string{"16"}, send: [][]byte{receipt("77019999999", book("16"))}},
	{name: "an id that a setting reads", link: Link{ReceiptIDs: text.DecimalOfHex}, to: []string{a, a}, ids: []string{"16", "10"}, send: [][]byte{receipt(a, book("22"))},
		want: map[string]message.SegmentState{a: "delivered accepted"}},
	{name: "no number, and an id as it was answered", to: []string{a}, ids: []string{"1a"}, send: [][]byte{receipt("", book("1A"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a bare state", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 sub:001 DELIVRD")}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "DELIVERED", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:DELIVERED")}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "UNDELIVERABLE", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:UNDELIVERABLE")}, want: map[string]message.SegmentState{a: message.Undeliverable}},
	{name: "FAILED", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:FAILED")}, want: map[string]message.SegmentState{a: message.Undeliverable}},
	{name: "a state by its number", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:2")}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "spaces behind colons", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id: 5 stat: DELIVRD")}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "message_state of two octets", to: []string{a}, ids: []string{"5"}, send: [][]byte{deliver(1, a, 4, 0, []byte("id:5"), tlv(0x27, 0, 2)...)},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "0x", to: []string{a}, ids: []string{"2a00ff"}, send: [][]byte{receipt(a, book("0x2A00FF"))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a UUID without hyphens", to: []string{a}, ids: []string{"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}, send: [][]byte{receipt(a, book("F81D4FAE7DEC11D0A76500A0C91E6BF6"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a UUID with hyphens", to: []string{a}, ids: []string{"f81d4fae7dec11d0a76500a0c91e6bf6"}, send: [][]byte{receipt(a, book("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))},
		want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a state that nobody knows", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:WHATEVR")}, kept: 1},
	{name: "no state", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5")}, kept: 1},
	{name: "not final", to: []string{a}, ids: []string{"5"}, send: [][]byte{receipt(a, "id:5 stat:ENROUTE")}},
	{name: "ASCII under UCS2", to: []string{a}, ids: []string{"5"}, send: [][]byte{deliver(1, a, 4, 8, []byte(book("5")))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "ASCII under octets", to: []string{a}, ids: []string{"5"}, send: [][]byte{deliver(1, a, 4, 4, []byte(book("5")))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "UCS2", to: []string{a}, ids: []string{"5"}, send: [][]byte{deliver(1, a, 4, 8, wide(book("5")))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a receipt's text alone", to: []string{a}, ids: []string{"5"}, send: [][]byte{deliver(1, a, 0, 0, []byte(book("5")))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "a receipt's text alone, of another's message", to: []string{a, b}, ids: []string{"5", "6"}, send: [][]byte{deliver(1, b, 0, 0, []byte(book("5")))}},
	{name: "addresses as they were", to: []string{a}, ids: []string{"5"}, send: [][]byte{turned(a, book("5"))}, want: map[string]message.SegmentState{a: message.Delivered}},
	{name: "one id for all parts, one receipt", long: 3, ids: []string{"7", "7", "7"}, send: [][]byte{receipt(a, book("7"))},
		want: map[string]message.SegmentState{a: "delivered delivered delivered"}},
	{name: "one id for all parts, three receipts", long: 3, ids: []string{"7", "7", "7"}, send: [][]byte{receipt(a, book("7")), receipt(a, book("7")), receipt(a, book("7"))},
		want: map[string]message.SegmentState{a: "delivered delivered delivered"}},
	{name: "an id for each part, one receipt", long: 3, ids: []string{"7", "8", "9"}, send: [][]byte{receipt(a, book("8"))},
		want: map[string]message.SegmentState{a: "accepted delivered accepted"}},
}

// turned is a receipt from our number, to the citizen's.
func turned(to, body string) []byte {
	frame := deliver(1, "1414", 0x04, 0, []byte(body))
	return pdu{command: deliverSM, sequence: 1, body: []byte(strings.Replace(strings.Replace(string(frame[16:]), "\x001414\x00", "\x00"+to+"\x00", 2),
		"\x01"+to+"\x00", "\x011414\x00", 1))}.frame()
}

// identify has the peer answer the n-th submit_sm, from 1, with an id of the test's.
func (p *peer) identify(id func(n int) string) {
	p.greet = func(_ int, conn net.Conn) bool {
		p.mu.Lock()
		p.conns = append(p.conns, conn)
		p.mu.Unlock()
		for {
			in, err := readPDU(conn)
			if err != nil {
				return false
			}
			out := pdu{command: in.command | response, sequence: in.sequence}
			switch in.command {
			case bindTransceiver:
				out.body = []byte("raw\x00")
			case submitSM:
				p.mu.Lock()
				p.submits = append(p.submits, textOf(in.body))
				out.body = append([]byte(id(len(p.submits))), 0)
				p.mu.Unlock()
			case deliverSM | response:
				p.answers <- in
				continue
			}
			if _, err := conn.Write(out.frame()); err != nil {
				return false
			}
		}
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	for _, tt := range receiptsTold {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := startPeer(t)
			p.identify(func(n int) string { return tt.ids[min(n, len(tt.ids))-1] })
			p.serve()
			tt.link.Name, tt.link.Addr, tt.link.SystemID, tt.link.Password = "raw", p.listener.Addr().String(), "okno", "p"
			r := newRig(t, tt.link)
			r.run()
			r.eventually("a bind", func() bool { return p.binds() == 1 && r.channel.Ready() == nil })
			sent := 0
			submit := func(to, body string, parts int) {
				r.send(message.Notice, "+"+to, body, time.Hour)
				sent += parts
				r.eventually("the submit", func() bool { return len(p.written()) == sent })
				r.eventually("its answer", func() bool {
					states := r.states("+" + to)
					for _, s := range states {
						if s != message.Accepted {
							return false
						}
					}
					return len(states) >= parts
				})
			}
			for _, to := range tt.to {
				submit(to, "hi", 1)
			}
			if tt.long > 0 {
				submit(a, strings.Repeat("x", 153*(tt.long-1)+50), tt.long)
			}
			for _, frame := range tt.send {
				p.writes(frame)
				p.hears([]pdu{{command: deliverSM | response, sequence: 1}})
			}
			for _, to := range []string{a, b} {
				want := string(tt.want[to])
				got := r.states("+" + to)
				if want == "" {
					want = strings.TrimSpace(strings.Repeat("accepted ", len(got)))
				}
				require.Equal(t, want, joined(got), "%s, of what was acknowledged", to)
			}
			kept, err := r.db.Quarantined(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.kept, kept)
			require.Empty(t, r.messages(), "no receipt is heard")
			require.Len(t, p.written(), sent, "nor answered")
		})
	}
}

func joined(states []message.SegmentState) string {
	var list []string
	for _, s := range states {
		list = append(list, string(s))
	}
	return strings.Join(list, " ")
}

// A link learns how its SMSC writes ids: of two messages to one number that have the id in some notation each, it is the one in
// the notation of the receipts before.
func TestLinkLearnsItsNotation(t *testing.T) {
	t.Parallel()
	p := startPeer(t)
	ids := []string{"fa0", "fa1", "fa2", "16", "10"}
	p.identify(func(n int) string { return ids[n-1] })
	p.serve()
	r := newRig(t, Link{Name: "raw", Addr: p.listener.Addr().String(), SystemID: "okno", Password: "p"})
	r.run()
	r.eventually("a bind", func() bool { return p.binds() == 1 && r.channel.Ready() == nil })
	told := func(to, id string) {
		p.writes(receipt(to, book(id)))
		p.hears([]pdu{{command: deliverSM | response, sequence: 1}})
	}
	for i, id := range []string{"4000", "4001", "4002"} {
		r.send(message.Notice, "+"+a, "hi", time.Hour)
		r.eventually("accepted", func() bool { return len(p.written()) == i+1 && r.states("+" + a)[i] == message.Accepted })
		told(a, id)
	}
	require.Equal(t, text.DecimalOfHex, r.channel.links[0].notation.known())
	for i := range 2 {
		r.send(message.Notice, "+"+b, "hi", time.Hour)
		r.eventually("accepted", func() bool { s := r.states("+" + b); return len(s) == i+1 && s[i] == message.Accepted })
	}
	told(b, "16")
	require.Equal(t, "accepted delivered", joined(r.states("+"+b)), "id 10, and not 16")
}

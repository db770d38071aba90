package sms

import (
	"encoding/hex"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/sms/text"
)

// incoming is what networks really deliver, and what is heard of it.
type incoming struct {
	name  string
	link  Link // its settings
	send  [][]byte
	heard []string
	raw   string // the octets that are kept beside the text, in hex; "" none
	from  string // "": phone1
	deaf  bool   // it is kept, and not heard
}

func units(order string, s string) (b []byte) {
	for _, r := range s {
		if order == "little" {
			b = append(b, byte(r), byte(r>>8))
		} else {
			b = append(b, byte(r>>8), byte(r))
		}
	}
	return b
}

// inParts gives a long message's deliver_sm, cut at an octet.
func inParts(coding byte, octets []byte, cut int) [][]byte {
	part := func(n byte, b []byte) []byte {
		return deliver(uint32(n), citizen, 0x40, coding, append([]byte{5, 0, 3, 9, 2, n}, b...))
	}
	return [][]byte{part(1, octets[:cut]), part(2, octets[cut:])}
}

var incomings = []incoming{
	{name: "UCS2 with a mark", send: [][]byte{deliver(1, citizen, 0, 8, units("big", "\uFEFFСТОП"))}, heard: []string{"СТОП"}},
	{name: "little-endian with a mark", send: [][]byte{deliver(1, citizen, 0, 8, units("little", "\uFEFFСТОП"))}, heard: []string{"СТОП"}},
	{name: "little-endian with a mark, in parts", send: inParts(8, units("little", "\uFEFFСТАТУС 742"), 10), heard: []string{"СТАТУС 742"}},
	{name: "big-endian with a mark, in parts", send: inParts(8, units("big", "\uFEFFСТАТУС 742"), 10), heard: []string{"СТАТУС 742"}},
	{name: "little-endian by setting", link: Link{LittleEndian: true}, send: [][]byte{deliver(1, citizen, 0, 8, units("little", "СТОП"))}, heard: []string{"СТОП"}},
	{name: "little-endian by setting, in parts", link: Link{LittleEndian: true}, send: inParts(8, units("little", "СТАТУС 742"), 9), heard: []string{"СТАТУС 742"}},
	{name: "little-endian unawares", send: [][]byte{deliver(1, citizen, 0, 8, units("little", "HELP"))}, heard: []string{"\u4800\u4500\u4C00\u5000"}, raw: "480045004c005000"},
	{name: "UTF-8", send: [][]byte{deliver(1, citizen, 0, 0, []byte("СТОП"))}, heard: []string{"СТОП"}},
	{name: "UTF-8 in parts, cut within a letter", send: inParts(0, []byte("СТОП"), 3), heard: []string{"СТОП"}},
	{name: "Windows-1251", link: Link{Alphabet: text.Windows1251}, send: [][]byte{deliver(1, citizen, 0, 0, []byte{0xD1, 0xD2, 0xCE, 0xCF})}, heard: []string{"СТОП"}},
	{name: "Windows-1251 unawares", send: [][]byte{deliver(1, citizen, 0, 0, []byte{0xD1, 0xD2, 0xCE, 0xCF})}, heard: []string{"\uFFFD\uFFFD\uFFFD\uFFFD"}, raw: "d1d2cecf"},
	{name: "Windows-1251 unawares, in parts", send: inParts(0, []byte{0xD1, 0xD2, 0xCE, 0xCF}, 2), heard: []string{"\uFFFD\uFFFD\uFFFD\uFFFD"}, raw: "d1d2cecf"},
	{name: "Latin-1", link: Link{Alphabet: text.Latin1}, send: [][]byte{deliver(1, citizen, 0, 0, []byte{'f', 0xFC, 'r', 0x40})}, heard: []string{"für@"}},
	{name: "0xFC unawares", send: [][]byte{deliver(1, citizen, 0, 0, []byte{'f', 0xFC, 'r'})}, heard: []string{"f\uFFFDr"}, raw: "66fc72"},
	{name: "packed septets", link: Link{Alphabet: text.Packed}, send: [][]byte{deliver(1, citizen, 0, 0, []byte{0x53, 0xEA, 0x13, 0x0A})}, heard: []string{"STOP"}},
	{name: "NULs behind", send: [][]byte{deliver(1, citizen, 0, 0, []byte("HELP\x00"))}, heard: []string{"HELP"}},
	{name: "NULs behind the last part", send: inParts(0, []byte("HELP\x00\x00"), 3), heard: []string{"HELP"}},
	{name: "a header that is not there", send: [][]byte{deliver(1, citizen, 0x40, 0, []byte("STATUS 742"))}, heard: []string{"STATUS 742"}},
	{name: "a header that is not there, in UCS2", send: [][]byte{deliver(1, citizen, 0x40, 8, units("big", "СТАТУС 742"))}, heard: []string{"СТАТУС 742"}},
	{name: "a name", send: [][]byte{deliver(1, "EGOV", 0, 0, []byte("HELP"))}, from: "EGOV", deaf: true},
	{name: "a name of eleven letters", send: [][]byte{deliver(1, "KAZAKHTELEC", 0, 0, []byte("HELP"))}, from: "KAZAKHTELEC", deaf: true},
	{name: "our short number", send: [][]byte{deliver(1, "1414", 0, 0, []byte("HELP"))}, from: "1414", deaf: true},
	{name: "another short number", send: [][]byte{deliver(1, "112", 0, 0, []byte("HELP"))}, from: "112", deaf: true},
	{name: "a long number of ours", link: Link{Sender: "+77001414141"}, send: [][]byte{deliver(1, "77001414141", 0, 0, []byte("HELP"))}, from: "+77001414141", deaf: true},
	{name: "a name, in parts", send: [][]byte{deliver(1, "EGOV", 0x40, 0, []byte{5, 0, 3, 9, 2, 1, 'a'}), deliver(2, "EGOV", 0x40, 0, []byte{5, 0, 3, 9, 2, 2, 'b'})}, from: "EGOV", deaf: true},
	{name: "a national number called international", send: [][]byte{deliver(1, "87051234567", 0, 0, []byte("HELP"))}, heard: []string{"HELP"}, from: "+77051234567"},
	{name: "00 before a number", send: [][]byte{deliver(1, "00447876574016", 0, 0, []byte("HELP"))}, heard: []string{"HELP"}, from: "+447876574016"},
}

func TestIncoming(t *testing.T) {
	t.Parallel()
	for _, in := range incomings {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			p := startPeer(t)
			p.serve()
			url := pgtest.URL(t)
			in.link.Name, in.link.Addr, in.link.SystemID, in.link.Password = "raw", p.listener.Addr().String(), "okno", "p"
			r := rigOn(t, pgtest.Open(t, url), in.link)
			r.run()
			r.eventually("a bind", func() bool { return p.binds() == 1 && r.channel.Ready() == nil })
			p.writes(in.send...)
			var acknowledged []pdu
			for i := range in.send {
				acknowledged = append(acknowledged, pdu{command: deliverSM | response, sequence: uint32(i + 1)})
			}
			p.hears(acknowledged)
			p.writes(deliver(1_000, "77019999999", 0, 1, []byte("next")))
			r.eventually("all that was said", func() bool { return len(r.messages()) == len(in.heard)+1 })
			heard := []string{}
			for _, mo := range r.messages() {
				heard = append(heard, mo.Text)
			}
			require.ElementsMatch(t, append(in.heard, "next"), heard)
			from := in.from
			if from == "" {
				from = phone1
			}
			kept := keptOf(t, url, from)
			why := ""
			if in.deaf {
				why = "not from a subscriber"
			}
			require.Equal(t, in.raw+" "+why, kept)
			r.eventually("no answer but those", func() bool { return len(p.written()) == len(in.heard)+1 })
		})
	}
}

// A part that comes long after the others of its reference is of a new message; but not when the SMSC may have sent it again.
func TestReferenceUsedAgainBesideAnOrphan(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		later  time.Duration
		before func(r *rig, p *peer) // what happens between the orphan and the rest
		heard  []string
	}{
		"at once":          {time.Second, nil, []string{"ab"}},
		"three minutes on": {3 * time.Minute, nil, []string{"…b", "ac"}},
		"after a rebind":   {3 * time.Minute, func(r *rig, p *peer) { rebind(r, p) }, []string{"ab"}},
		"after being deferred": {3 * time.Minute, func(r *rig, p *peer) {
			fail := func(l message.Ledger) error {
				if len(l.Arrivals) > 0 {
					return errors.New("no database")
				}
				return nil
			}
			r.store.before.Store(&fail)
			p.writes(deliver(50, "77019999999", 0, 0, []byte("put off")))
			p.hears([]pdu{{command: deliverSM | response, status: 0x64, sequence: 50}})
			r.store.before.Store(nil)
		}, []string{"ab"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPeer(t)
			p.serve()
			r := newRig(t, Link{Name: "raw", Addr: p.listener.Addr().String(), SystemID: "okno", Password: "p"})
			var ahead atomic.Int64
			r.options.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			r.run()
			r.eventually("a bind", func() bool { return p.binds() == 1 && r.channel.Ready() == nil })
			part := func(n byte, body string) {
				p.writes(deliver(uint32(n), citizen, 0x40, 0, append([]byte{5, 0, 3, 7, 2, n}, body...)))
				p.hears([]pdu{{command: deliverSM | response, sequence: uint32(n)}})
			}
			part(2, "b")
			if tt.before != nil {
				tt.before(r, p)
			}
			ahead.Store(int64(tt.later))
			part(1, "a")
			if len(tt.heard) > 1 {
				part(2, "c")
			}
			r.eventually("all that was said", func() bool { return len(r.messages()) == len(tt.heard) })
			var heard []string
			for _, mo := range r.messages() {
				heard = append(heard, mo.Text)
			}
			require.Equal(t, tt.heard, heard)
		})
	}
}

func rebind(r *rig, p *peer) {
	p.mu.Lock()
	p.conns[len(p.conns)-1].Close()
	p.mu.Unlock()
	r.eventually("a bind again", func() bool { return p.binds() == 2 && r.channel.Ready() == nil })
}

// keptOf gives the octets and the failure of the one message that is kept of a number.
func keptOf(t *testing.T, url, from string) string {
	t.Helper()
	const of = ` FROM mo_messages WHERE source_index = $1`
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*)`+of, pgtest.Index(from)))
	raw := pgtest.Value[[]byte](t, url, `SELECT coalesce(raw, '')`+of, pgtest.Index(from))
	if len(raw) > 0 {
		opened, err := pgtest.Keys.Open("mo octets", raw)
		require.NoError(t, err)
		raw = opened
	}
	return hex.EncodeToString(raw) + " " + pgtest.Value[string](t, url, `SELECT coalesce(failure, '')`+of, pgtest.Index(from))
}

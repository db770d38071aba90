package sms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Commands of SMPP 3.4 §5.1.2.1, and the bit that makes a response of one.
const (
	genericNack       = 0x80000000
	bindTransceiver   = 0x00000009
	submitSM          = 0x00000004
	deliverSM         = 0x00000005
	unbindCommand     = 0x00000006
	enquireLink       = 0x00000015
	alertNotification = 0x00000102
	dataSM            = 0x00000103
	response          = 0x80000000
)

// peer is an SMSC that sends what octets it likes. It answers binds, submits and enquiries, until a test has it do otherwise.
type peer struct {
	t        *testing.T
	listener net.Listener
	// greet takes the n-th connection before its bind, from 1: false has it dropped as greet has left it.
	greet func(n int, conn net.Conn) bool
	// repeats is how often a submit_sm is answered.
	repeats int
	ended   sync.WaitGroup

	answers chan pdu // what Okno answered to the peer's requests

	mu      sync.Mutex
	conns   []net.Conn
	submits []string // their texts
}

// pdu is a header and what follows it.
type pdu struct {
	command, status, sequence uint32
	body                      []byte
}

func (p pdu) String() string {
	return fmt.Sprintf("%08x status %02x sequence %d", p.command, p.status, p.sequence)
}

func (p pdu) frame() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(p.body)))
	for _, field := range []uint32{p.command, p.status, p.sequence} {
		b = binary.BigEndian.AppendUint32(b, field)
	}
	return append(b, p.body...)
}

func startPeer(t *testing.T) *peer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &peer{t: t, listener: listener, repeats: 1, answers: make(chan pdu, 1000),
		greet: func(int, net.Conn) bool { return true }}
	t.Cleanup(p.close)
	return p
}

// serve takes connections until close.
func (p *peer) serve() {
	p.ended.Go(func() {
		for n := 1; ; n++ {
			conn, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.ended.Go(func() {
				defer conn.Close()
				if p.greet(n, conn) {
					p.hear(conn)
				}
			})
		}
	})
}

// close ends it, and waits until it has.
func (p *peer) close() {
	p.listener.Close()
	p.mu.Lock()
	for _, conn := range p.conns {
		conn.Close()
	}
	p.mu.Unlock()
	p.ended.Wait()
}

func (p *peer) hear(conn net.Conn) {
	p.mu.Lock()
	p.conns = append(p.conns, conn)
	p.mu.Unlock()
	for {
		in, err := readPDU(conn)
		if err != nil {
			return
		}
		out := pdu{command: in.command | response, sequence: in.sequence}
		times := 1
		switch in.command {
		case bindTransceiver:
			out.body = []byte("raw\x00")
		case submitSM:
			p.mu.Lock()
			p.submits = append(p.submits, textOf(in.body))
			out.body = fmt.Appendf(nil, "%d\x00", len(p.submits))
			p.mu.Unlock()
			times = p.repeats
		case enquireLink, unbindCommand:
		default:
			p.answers <- in
			continue
		}
		for range times {
			if _, err := conn.Write(out.frame()); err != nil {
				return
			}
		}
	}
}

func readPDU(conn net.Conn) (pdu, error) {
	header := make([]byte, 16)
	if _, err := io.ReadFull(conn, header); err != nil {
		return pdu{}, err
	}
	field := func(i int) uint32 { return binary.BigEndian.Uint32(header[i:]) }
	p := pdu{field(4), field(8), field(12), make([]byte, field(0)-16)}
	_, err := io.ReadFull(conn, p.body)
	return p, err
}

// textOf is the text of a submit_sm, in GSM's alphabet where that is ASCII, and of one segment.
func textOf(body []byte) string {
	rest := bytes.SplitN(body, []byte{0}, 2)[1][2:] // service type; type and plan
	rest = bytes.SplitN(rest, []byte{0}, 2)[1][2:]  // source
	rest = bytes.SplitN(rest, []byte{0}, 2)[1][3:]  // destination; class, protocol, priority
	rest = bytes.SplitN(rest, []byte{0}, 3)[2]      // schedule, validity
	coding, short := rest[2], rest[5:]
	if coding == 8 {
		short = bytes.ReplaceAll(short, []byte{0}, nil)
	}
	return string(short)
}

// writes sends octets over the latest connection.
func (p *peer) writes(frames ...[]byte) {
	p.t.Helper()
	p.mu.Lock()
	conn := p.conns[len(p.conns)-1]
	p.mu.Unlock()
	_, err := conn.Write(bytes.Join(frames, nil))
	require.NoError(p.t, err)
}

func (p *peer) written() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.submits...)
}

func (p *peer) binds() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

// deliver is a deliver_sm from a number.
func deliver(sequence uint32, from string, class, coding byte, short []byte, tail ...byte) []byte {
	body := append([]byte{0, 1, 1}, from...)
	body = append(body, 0, 0, 1)
	body = append(body, "1414\x00"...)
	body = append(body, class, 0, 0, 0, 0, 0, 0, coding, 0, byte(len(short)))
	return pdu{command: deliverSM, sequence: sequence, body: append(append(body, short...), tail...)}.frame()
}

// lines counts what a log gets, from warnings up.
type lines struct {
	mu   sync.Mutex
	said []string
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, strings.TrimSpace(string(b)))
	return len(b), nil
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.said...)
}

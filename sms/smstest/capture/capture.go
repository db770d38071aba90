// Package capture records what passes over SMPP links in tests, and has tshark, which others wrote, look for what is malformed.
// It needs no right to capture: links go through a forwarder, and the TCP around what passes is made up.
package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Env names the variable that says where tshark is.
const Env = "OKNO_TSHARK"

// Recorder keeps what passes over any number of links.
type Recorder struct {
	mu      sync.Mutex
	links   int
	packets []packet
}

type packet struct {
	at          time.Time
	link        int
	fromServer  bool
	seq, ack    uint32
	octets      []byte
	synchronise bool
}

// side is one direction of a connection.
type side struct {
	link       int
	fromServer bool
	seq        uint32
	other      *side
}

// Through forwards to a server until the test ends, and gives the address to connect to instead.
func (r *Recorder) Through(t testing.TB, server string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var forwarding sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		mu.Unlock()
		forwarding.Wait()
	})
	forwarding.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			mu.Lock()
			open = append(open, client, upstream)
			mu.Unlock()
			up, down := r.connection()
			forwarding.Go(func() { r.forward(client, upstream, up) })
			forwarding.Go(func() { r.forward(upstream, client, down) })
		}
	})
	return listener.Addr().String()
}

func (r *Recorder) connection() (up, down *side) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.links++
	up, down = &side{link: r.links}, &side{link: r.links, fromServer: true}
	up.other, down.other = down, up
	for _, s := range []*side{up, down} {
		r.packets = append(r.packets, packet{at: time.Now(), link: s.link, fromServer: s.fromServer, ack: s.other.seq, synchronise: true})
		s.seq = 1
	}
	return up, down
}

// most is what one IP packet holds beside its headers.
const most = 1<<16 - 1 - ipHeader - tcpHeader

func (r *Recorder) forward(from, to net.Conn, s *side) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, most)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			r.record(s, buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *Recorder) record(s *side, octets []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packets = append(r.packets, packet{at: time.Now(), link: s.link, fromServer: s.fromServer, seq: s.seq, ack: s.other.seq,
		octets: bytes.Clone(octets)})
	s.seq += uint32(len(octets))
}

const (
	ipHeader   = 20
	tcpHeader  = 20
	serverPort = 2775
	rawIP      = 101 // the link layer of the file: none
)

// WriteTo writes a pcap file (version 2.4, microseconds).
func (r *Recorder) WriteTo(w io.Writer) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b bytes.Buffer
	put := func(fields ...any) {
		for _, field := range fields {
			_ = binary.Write(&b, binary.LittleEndian, field) // a bytes.Buffer takes all
		}
	}
	put(uint32(0xA1B2C3D4), uint16(2), uint16(4), uint32(0), uint32(0), uint32(1<<16), uint32(rawIP))
	for _, p := range r.packets {
		size := uint32(ipHeader + tcpHeader + len(p.octets))
		put(uint32(p.at.Unix()), uint32(p.at.Nanosecond()/1000), size, size)
		b.Write(p.headers(int(size)))
		b.Write(p.octets)
	}
	return b.WriteTo(w)
}

// headers are of IPv4 and TCP. Each link has a client's address of its own; tshark asks for no checksums.
func (p packet) headers(size int) []byte {
	client, server := []byte{10, byte(p.link >> 16), byte(p.link >> 8), byte(p.link)}, []byte{127, 0, 0, 1}
	const clientPort = 40_000
	from, to, fromPort, toPort := client, server, uint16(clientPort), uint16(serverPort)
	if p.fromServer {
		from, to, fromPort, toPort = server, client, serverPort, clientPort
	}
	h := []byte{0x45, 0}
	h = binary.BigEndian.AppendUint16(h, uint16(size))
	h = append(h, 0, 0, 0x40, 0, 64, 6, 0, 0)
	h = append(append(h, from...), to...)
	h = binary.BigEndian.AppendUint16(h, fromPort)
	h = binary.BigEndian.AppendUint16(h, toPort)
	h = binary.BigEndian.AppendUint32(h, p.seq)
	h = binary.BigEndian.AppendUint32(h, p.ack)
	flags := byte(0x18) // PSH, ACK
	if p.synchronise {
		flags = 0x02
		if p.fromServer {
			flags = 0x12
		}
	}
	return append(h, tcpHeader/4<<4, flags, 0xFF, 0xFF, 0, 0, 0, 0)
}

// Malformed has tshark read all that was recorded. It gives how many PDUs it read, and a line for each that is malformed or
// has an error.
func (r *Recorder) Malformed(tshark, folder string) (pdus int, found []string, err error) {
	file := filepath.Join(folder, "smpp.pcap")
	var content bytes.Buffer
	if _, err := r.WriteTo(&content); err != nil {
		return 0, nil, err
	}
	if err := os.WriteFile(file, content.Bytes(), 0o600); err != nil {
		return 0, nil, err
	}
	read := func(filter string, fields ...string) (lines []string, err error) {
		args := []string{"-n", "-r", file, "-d", fmt.Sprintf("tcp.port==%d,smpp", serverPort), "-Y", filter, "-T", "fields"}
		for _, field := range fields {
			args = append(args, "-e", field)
		}
		var complaint bytes.Buffer
		cmd := exec.Command(tshark, args...)
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("tshark: %w: %s", err, complaint.String())
		}
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' }), nil
	}
	all, err := read("smpp", "smpp.command_id")
	if err != nil {
		return 0, nil, err
	}
	for _, line := range all {
		pdus += 1 + strings.Count(line, ",")
	}
	found, err = read("_ws.malformed || _ws.expert.severity == error", "frame.number", "tcp.stream", "smpp.command_id", "_ws.expert.message")
	return pdus, found, err
}

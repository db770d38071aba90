package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stream is one end of a telephone's sound: PCMU by RTP, 50 packets a second each way.
type stream struct {
	rtp       *net.UDPConn
	sequence  uint16
	timestamp uint32
	heard     atomic.Int64 // packets of sound that came
}

// send sends one packet; the next is later by a packet's samples.
func (v *stream) send(to *net.UDPAddr, kind byte, timestamp uint32, payload []byte) error {
	packet := make([]byte, 12, 12+len(payload))
	packet[0], packet[1] = 0x80, kind
	v.sequence++
	binary.BigEndian.PutUint16(packet[2:], v.sequence)
	binary.BigEndian.PutUint32(packet[4:], timestamp)
	binary.BigEndian.PutUint32(packet[8:], 0x0b0e0e0f)
	_, err := v.rtp.WriteToUDP(append(packet, payload...), to)
	return err
}

// speak says packets over and over until the end is closed. It keeps to the clock: a packet that a busy machine left out is made up for.
func (v *stream) speak(to *net.UDPAddr, packets [][]byte, end <-chan struct{}) {
	tick := time.NewTicker(packetLength)
	defer tick.Stop()
	next := time.Now()
	for n := 0; ; {
		for ; !next.After(time.Now()); next = next.Add(packetLength) {
			v.timestamp += samplesAPacket
			_ = v.send(to, 0, v.timestamp, packets[n%len(packets)]) // nobody may be there any more
			n++
		}
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}

// listen counts the packets that come, until the socket is closed.
func (v *stream) listen() {
	buffer := make([]byte, 2048)
	for {
		n, err := v.rtp.Read(buffer)
		if err != nil {
			return
		}
		if n == 12+samplesAPacket && buffer[1]&0x7f == 0 {
			v.heard.Add(1)
		}
	}
}

// offerOf describes a telephone's sound (RFC 4566).
func offerOf(rtp *net.UDPConn) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0 %d\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:%[2]d telephone-event/8000\r\na=ptime:20\r\n",
		rtp.LocalAddr().(*net.UDPAddr).Port, eventType)
}

// respond answers a request of SIP: all is well. A body is a description of sound.
func respond(lines []string, contact, tag, body string) []byte {
	var m strings.Builder
	m.WriteString("SIP/2.0 200 OK\r\n" + fieldsOf(lines, "Via", "From"))
	to := strings.TrimSuffix(fieldsOf(lines, "To"), "\r\n")
	if tag != "" && !strings.Contains(to, "tag=") {
		to += ";tag=" + tag
	}
	fmt.Fprintf(&m, "%s\r\n%sContact: <sip:bench@%s>\r\n", to, fieldsOf(lines, "Call-ID", "CSeq"), contact)
	if body != "" {
		m.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&m, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return []byte(m.String())
}

// phones are telephones that answer at once whoever calls them, at one address, and say the same until they are hung up.
type phones struct {
	sip  *net.UDPConn
	says [][]byte
	all  sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*answered // by the Call-ID
}

// answered is a call that a telephone has taken.
type answered struct {
	stream
	tag  string
	over chan struct{}
}

func startPhones(says [][]byte) (*phones, error) {
	sip, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	p := &phones{sip: sip, says: says, calls: map[string]*answered{}}
	p.all.Go(p.serve)
	return p, nil
}

func (p *phones) address() string { return p.sip.LocalAddr().String() }

func (p *phones) close() {
	p.sip.Close()
	p.all.Wait()
}

// heard gives the packets that came in each call.
func (p *phones) heard() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	packets := map[string]int64{}
	for id, a := range p.calls {
		packets[id] = a.stream.heard.Load()
	}
	return packets
}

func (p *phones) serve() {
	buffer := make([]byte, 8192)
	for {
		n, from, err := p.sip.ReadFromUDP(buffer)
		if err != nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			for id := range p.calls {
				p.end(id)
			}
			return
		}
		head, body, _ := strings.Cut(string(buffer[:n]), "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		method, _, _ := strings.Cut(lines[0], " ")
		if method == "ACK" || strings.HasPrefix(method, "SIP/") {
			continue
		}
		tag, sound := "", ""
		id := fieldsOf(lines, "Call-ID")
		p.mu.Lock()
		if method == "INVITE" {
			if a, err := p.take(id, body); err == nil {
				tag, sound = a.tag, offerOf(a.rtp)
			}
		}
		if method == "BYE" || method == "CANCEL" {
			p.end(id)
		}
		p.mu.Unlock()
		_, _ = p.sip.WriteToUDP(respond(lines, p.address(), tag, sound), from)
	}
}

// take gives the call of an INVITE, which may come twice, or again within the call.
func (p *phones) take(id, description string) (*answered, error) {
	if a := p.calls[id]; a != nil {
		return a, nil
	}
	to, err := mediaOf(description)
	if err != nil {
		return nil, err
	}
	rtp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	a := &answered{stream: stream{rtp: rtp}, tag: rand.Text(), over: make(chan struct{})}
	p.calls[id] = a
	p.all.Go(a.listen)
	p.all.Go(func() { a.speak(to, p.says, a.over) })
	return a, nil
}

func (p *phones) end(id string) {
	if a := p.calls[id]; a != nil {
		close(a.over)
		a.rtp.Close()
		delete(p.calls, id)
	}
}

// person is a caller who speaks and listens until the call is over.
type person struct {
	*caller
	all sync.WaitGroup
}

// callAs calls a number of the line, presses keys a second after it has answered, and speaks from then on.
func callAs(ctx context.Context, line, number string, from int, says [][]byte, keys ...byte) (*person, error) {
	c, err := dial(ctx, line, number, from)
	if err != nil {
		return nil, err
	}
	p := &person{caller: c}
	for _, key := range keys {
		err = errors.Join(err, pause(ctx, time.Second))
		if err == nil {
			_, err = c.press(key)
		}
	}
	if err != nil {
		p.end()
		return nil, err
	}
	p.all.Go(p.sound.listen)
	p.all.Go(func() { p.sound.speak(c.media, says, c.over) })
	return p, nil
}

// speakFor speaks for some time, but no longer than the call.
func (p *person) speakFor(ctx context.Context, says [][]byte, during time.Duration) error {
	end := make(chan struct{})
	var speaking sync.WaitGroup
	speaking.Go(func() { p.sound.speak(p.media, says, end) })
	err := pause(ctx, during)
	close(end)
	speaking.Wait()
	return err
}

// end hangs up.
func (p *person) end() {
	p.hangUp()
	p.close()
	p.all.Wait()
}

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"okno/internal/recording"
)

// caller is a telephone that calls once, presses a key and notes when what it waits for comes: SIP over UDP and PCMU by RTP. By itself it sends no sound
// but its key, so that a machine full of them has time for what is measured.
type caller struct {
	sip          *net.UDPConn
	sound        stream
	media        *net.UDPAddr
	line, number string
	id, tag, to  string
	answered     chan error
	over         chan struct{}
	ended        sync.Once
}

const (
	packetLength   = 20 * time.Millisecond
	samplesAPacket = 160 // at 8 kHz
	keyPackets     = 5   // 100 ms
	eventType      = 101 // RTP's payload type of keys (RFC 4733)
	callPatience   = 10 * time.Second
)

// dial calls a number of the line (host:port) and returns when it has answered.
func dial(ctx context.Context, line, number string, from int) (c *caller, err error) {
	c = &caller{line: line, number: number, id: rand.Text(), tag: rand.Text(), answered: make(chan error, 4), over: make(chan struct{})}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	server, err := net.ResolveUDPAddr("udp4", line)
	if err != nil {
		return nil, err
	}
	if c.sip, err = net.DialUDP("udp4", nil, server); err != nil {
		return nil, err
	}
	if c.sound.rtp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return nil, err
	}
	c.to = fmt.Sprintf("<sip:%s@%s>", number, line)
	go c.signal()
	sdp := offerOf(c.sound.rtp)
	c.from(from)
	if err := c.send("INVITE", 1, sdp); err != nil {
		return nil, err
	}
	again := time.NewTicker(500 * time.Millisecond) // a datagram may be lost, as one may in a network
	defer again.Stop()
	for tries := 0; ; tries++ {
		select {
		case err := <-c.answered:
			return c, err
		case <-again.C:
			if time.Duration(tries)*500*time.Millisecond > callPatience {
				return nil, errors.New("no answer")
			}
			if tries == 0 {
				if err := c.send("INVITE", 1, sdp); err != nil {
					return nil, err
				}
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *caller) from(n int) { c.tag = fmt.Sprintf("<sip:+7701%07d@127.0.0.1>;tag=%s", n, c.tag) }

func (c *caller) send(method string, sequence int, body string) error {
	var m strings.Builder
	fmt.Fprintf(&m, "%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%s;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:bench@%[4]s>\r\n",
		method, c.number, c.line, c.sip.LocalAddr(), c.id, method, c.tag, c.to, c.id, sequence, method)
	if body != "" {
		m.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&m, "Content-Length: %d\r\n\r\n%s", len(body), body)
	_, err := c.sip.Write([]byte(m.String()))
	return err
}

// signal reads SIP until the socket is closed.
func (c *caller) signal() {
	buffer := make([]byte, 4096)
	for {
		n, err := c.sip.Read(buffer)
		if err != nil {
			return
		}
		head, body, _ := strings.Cut(string(buffer[:n]), "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		status, isResponse := strings.CutPrefix(lines[0], "SIP/2.0 ")
		switch {
		case !isResponse && strings.HasPrefix(lines[0], "BYE "):
			_, _ = c.sip.Write(respond(lines, c.sip.LocalAddr().String(), "", ""))
			c.ended.Do(func() { close(c.over) })
		case !isResponse && strings.HasPrefix(lines[0], "INVITE "): // within the call: who is heard has another name
			_, _ = c.sip.Write(respond(lines, c.sip.LocalAddr().String(), "", offerOf(c.sound.rtp)))
		case !isResponse || !strings.Contains(fieldsOf(lines, "CSeq"), "INVITE") || status[0] == '1':
		case status[0] == '2':
			c.to = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(fieldsOf(lines, "To")), "To:"))
			_ = c.send("ACK", 1, "")
			c.answered <- c.accept(body)
		default:
			c.answered <- errors.New("refused: " + status)
		}
	}
}

// fieldsOf gives the lines of the named fields.
func fieldsOf(lines []string, names ...string) string {
	var found strings.Builder
	for _, line := range lines {
		for _, name := range names {
			if strings.HasPrefix(line, name+":") {
				found.WriteString(line + "\r\n")
			}
		}
	}
	return found.String()
}

func (c *caller) accept(sdp string) error {
	media, err := mediaOf(sdp)
	if err == nil && c.media == nil {
		c.media = media
	}
	return err
}

// mediaOf gives where the sound goes that a description (RFC 4566) asks for.
func mediaOf(description string) (*net.UDPAddr, error) {
	for line := range strings.SplitSeq(description, "\r\n") {
		if words := strings.Fields(line); strings.HasPrefix(line, "m=audio ") && len(words) > 1 {
			port, err := strconv.Atoi(words[1])
			return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}, err
		}
	}
	return nil, errors.New("no sound is described")
}

// press presses a key for 100 ms and gives the time at which it was let go of. Nothing else is said meanwhile.
func (c *caller) press(key byte) (time.Time, error) {
	tick := time.NewTicker(packetLength)
	defer tick.Stop()
	const newKey, ended, volume = 0x80, 0x80, 10 // RFC 4733
	c.sound.timestamp += samplesAPacket
	for n := 1; n <= keyPackets+3; n++ {
		kind, state := byte(eventType), byte(volume)
		if n == 1 {
			kind |= newKey
		}
		if n > keyPackets { // its end, three times
			state |= ended
		}
		event := binary.BigEndian.AppendUint16([]byte{key, state}, uint16(min(n, keyPackets)*samplesAPacket))
		if err := c.sound.send(c.media, kind, c.sound.timestamp, event); err != nil {
			return time.Time{}, err
		}
		if n <= keyPackets {
			<-tick.C
		}
	}
	c.sound.timestamp += keyPackets * samplesAPacket
	return time.Now(), nil
}

// awaits reads sound until a prompt has come, and gives when its first packet came. The prompt is told by one of its first packets, for the
// first may be lost.
func (c *caller) awaits(prompt [][]byte, patience time.Duration) (time.Time, error) {
	if err := c.sound.rtp.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return time.Time{}, err
	}
	defer func() { _ = c.sound.rtp.SetReadDeadline(time.Time{}) }()
	buffer := make([]byte, 2048)
	for {
		n, err := c.sound.rtp.Read(buffer)
		if err != nil {
			return time.Time{}, err
		}
		if buffer[1]&0x7f != 0 || n != 12+samplesAPacket {
			continue
		}
		for i, packet := range prompt {
			if sameSound(packet, buffer[12:n]) {
				return time.Now().Add(-time.Duration(i) * packetLength), nil
			}
		}
	}
}

// sameSound says whether two packets sound the same: most of their samples are equal, but for how each side has rounded.
func sameSound(a, b []byte) bool {
	same := 0
	if a == nil {
		return false
	}
	for i := range a {
		if d := int(a[i]) - int(b[i]); -1 <= d && d <= 1 {
			same++
		}
	}
	return same > len(a)*9/10
}

func (c *caller) hangUp() {
	c.ended.Do(func() {
		_ = c.send("BYE", 2, "")
		close(c.over)
	})
}

func (c *caller) close() {
	if c.sip != nil {
		c.sip.Close()
	}
	if c.sound.rtp != nil {
		c.sound.rtp.Close()
	}
}

// packetsOf gives the first packets of a clip (WAV, 16 bits, 8 kHz) that are not silence, each by its place in the clip: those before are empty.
func packetsOf(wav []byte, most int) (packets [][]byte, err error) {
	at := bytes.Index(wav, []byte("data"))
	if at < 0 {
		return nil, errors.New("no sound")
	}
	samples := wav[at+8:]
	for n := 0; n < most && len(samples) >= 2*samplesAPacket; n++ {
		packet := make([]byte, samplesAPacket)
		loud := 0
		for i := range packet {
			sample := int16(binary.LittleEndian.Uint16(samples[2*i:]))
			packet[i] = recording.MuLaw(sample)
			if sample > 200 || sample < -200 {
				loud++
			}
		}
		if loud < samplesAPacket/2 {
			packet = nil
		}
		packets, samples = append(packets, packet), samples[2*samplesAPacket:]
	}
	return packets, nil
}

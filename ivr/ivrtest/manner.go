package ivrtest

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Manner is what a handset sends while nothing is said.
type Manner int

// The manners.
const (
	Steady  Manner = iota // silence, 50 packets a second
	Mute                  // nothing at all
	Comfort               // comfort noise (RFC 3389), a packet every two seconds
	Reports               // no sound, but reports of what it hears (RTCP), one a second
)

// comfortNoise is its payload type (RFC 3551).
const comfortNoise = 13

// Loses has the network lose one of so many packets of silence on their way to the line; 0: none.
func (h *Handset) Loses(oneOf int) { h.loses.Store(int64(oneOf)) }

// idle sends what the handset's manner is, at a tick of its clock.
func (h *Handset) idle(n int, sequence *uint16, now uint32, silence []byte) {
	const second = int(time.Second / tick)
	switch {
	case h.manner == Steady && n%2 == 0:
		if lost := int(h.loses.Load()); lost > 0 && n/2%lost == 0 {
			*sequence++
			return
		}
		h.rtpSend(sequence, h.codec(), false, now, silence)
	case h.manner == Comfort && n%(2*second) == 0:
		h.rtpSend(sequence, comfortNoise, false, now, []byte{60})
	case h.manner == Reports && n%second == 0:
		h.report()
	}
}

// report tells the line how its sound is received: with a jitter of 1 ms and no loss (a receiver report, RFC 3550, section 6.4.2).
func (h *Handset) report() {
	h.mu.Lock()
	line := h.line
	h.mu.Unlock()
	if line == 0 { // nothing has been heard yet
		return
	}
	packet := make([]byte, 32)
	packet[0], packet[1] = 0x81, 201
	binary.BigEndian.PutUint16(packet[2:], 7)
	binary.BigEndian.PutUint32(packet[4:], ssrc)
	binary.BigEndian.PutUint32(packet[8:], line)
	binary.BigEndian.PutUint32(packet[20:], rate/1000)
	_, _ = h.rtp.WriteToUDP(packet, &net.UDPAddr{IP: h.media.IP, Port: h.media.Port + 1})
}

// HoldLine puts the line on hold, by an INVITE within the call, and waits until the line agrees.
func (h *Handset) HoldLine(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	h.direction = "sendonly"
	h.mu.Unlock()
	h.invited = "z9hG4bK" + rand.Text()
	h.send("INVITE", offerAgain, "application/sdp", h.offer())
	select {
	case answer := <-h.took:
		require.Contains(t, answer, "a=recvonly")
	case <-time.After(5 * time.Second):
		require.FailNow(t, "the line does not agree to be held")
	}
}

// Over says whether the call is over.
func (h *Handset) Over() bool {
	select {
	case <-h.over:
		return true
	default:
		return false
	}
}

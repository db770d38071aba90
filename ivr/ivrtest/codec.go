package ivrtest

import (
	"crypto/rand"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The codecs of a handset, by their payload types (RFC 3551).
const (
	pcmu = 0
	pcma = 8
)

var (
	codecs   = map[byte]string{pcmu: "PCMU", pcma: "PCMA"}
	silences = map[byte]byte{pcmu: 0xff, pcma: 0xd5}
)

// offerAgain is the number of the INVITE within the call: behind all keys that go as SIP messages before.
const offerAgain = 1 << 20

// OfferPCMA has the sound go on in another codec, by an INVITE within the call, and waits until the line takes it.
func (h *Handset) OfferPCMA(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	h.payload = pcma
	h.mu.Unlock()
	h.invited = "z9hG4bK" + rand.Text()
	h.send("INVITE", offerAgain, "application/sdp", h.offer())
	select {
	case answer := <-h.took:
		require.Contains(t, answer, "RTP/AVP 8")
	case <-time.After(5 * time.Second):
		require.FailNow(t, "the line does not take another codec")
	}
}

func (h *Handset) codec() byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.payload
}

// linear decodes a sample (G.711).
func linear(codec, b byte) float64 {
	var magnitude int
	var negative bool
	if codec == pcma {
		b ^= 0x55
		negative = b&0x80 == 0
		magnitude = int(b&0x0f)<<4 + 8
		if exponent := b >> 4 & 7; exponent > 0 {
			magnitude = (magnitude + 0x100) << (exponent - 1)
		}
	} else {
		b = ^b
		negative = b&0x80 != 0
		magnitude = (int(b&0x0f)<<3+0x84)<<(b>>4&7) - 0x84
	}
	if negative {
		magnitude = -magnitude
	}
	return float64(magnitude) / math.MaxInt16
}

package ivr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
)

// What is kept of a leg is the whole and the worst moment; what is told at once is the present one.
func TestMeter(t *testing.T) {
	t.Parallel()
	leg := call.Leg{ID: "a", Role: call.Citizen}
	var m meter
	m.add(leg, rtp{Received: 500})
	require.False(t, m.isNews())
	m.add(leg, rtp{Received: 900, Lost: 100})
	require.True(t, m.isNews(), "it has become poor")
	q := m.all()
	require.Len(t, q, 1)
	require.True(t, q[0].Poor)
	require.InDelta(t, call.Path{Loss: 0.1}.MOS(), q[0].MOS, 1e-9)
	require.InDelta(t, call.Path{Loss: 0.2}.MOS(), q[0].Worst, 1e-9)
	require.False(t, m.isNews(), "it is told once")
	m.add(leg, rtp{Received: 900, Lost: 100})
	require.True(t, m.isNews(), "whoever sends nothing, held or silent, loses nothing")
	m.add(leg, rtp{Received: 1400, Lost: 100, Sent: 1400, SentLost: 700})
	require.False(t, m.isNews(), "poor again: the far end loses half")
	q = m.all()
	require.True(t, q[0].FarKnown)
	require.Equal(t, 700, q[0].SentLost)
	m.add(call.Leg{ID: "b", Role: call.Agent}, rtp{})
	require.Len(t, m.all(), 1, "nothing is known of a leg without a packet")
}

func TestTheFarEndIsKnownByItsReports(t *testing.T) {
	t.Parallel()
	require.False(t, rtp{Received: 500, Sent: 500}.reports())
	for _, r := range []rtp{{RoundTrip: 0.01}, {FarJitter: 0.001}, {SentLost: 1}, {FarScore: 80}} {
		require.True(t, r.reports(), "%+v", r)
	}
	for _, r := range []rtp{{Received: 500, Jitter: 0.02}, {Received: 500, Jitter: 301}, {Received: 500, RoundTrip: 70000, RoundTrips: 70000}} { // clocks that are wrong
		mos, known := r.mos()
		require.True(t, known)
		require.Greater(t, mos, 4.0)
	}
	later := rtp{Received: 200, Jitter: 0.03}.since(rtp{Received: 100, Jitter: 0.01})
	require.InDelta(t, 0.05, later.Jitter, 1e-9, "the mean of the second hundred")
}

package floor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor/floortest"
	"okno/internal/lease"
	"okno/internal/postgres/pgtest"
)

// What is kept of a talk's legs: the operator's desk is told when one becomes poor and when it is no more, and nothing else of it; afterwards the
// timeline has it.
func TestHowATalkSoundsIsKept(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	ctx := t.Context()
	interaction, id, o := h.Talks(t, number)
	live, err := h.DB.LiveCalls(ctx, "ast1")
	require.NoError(t, err)
	citizen := call.Quality{Leg: live[0].Channel(), MOS: 4.3, Worst: 4.2, Received: 990, Lost: 10, Jitter: 5 * time.Millisecond, Sent: 1000}
	agent := call.Quality{Leg: o.ID, MOS: 4.4, Worst: 4.4, Received: 1000, Sent: 1000, FarKnown: true, SentLost: 20, RoundTrip: 80 * time.Millisecond}
	keep := func(legs ...call.Quality) { require.NoError(t, h.Floor.KeepQuality(ctx, h.Voice, interaction, legs)) }
	told := func(kind string) int {
		return pgtest.Value[int](t, h.URL, `SELECT count(*) FROM stream_events WHERE kind = $1`, kind)
	}
	poor := func() (found []call.Role) {
		s, err := h.DB.DeskSnapshot(ctx, h.Agents[0].ID)
		require.NoError(t, err)
		for _, p := range s.Contacts[0].Parties {
			if p.Poor {
				found = append(found, p.Role)
			}
		}
		return found
	}
	before := told("call")
	keep(citizen, agent)
	require.Empty(t, poor())
	require.Equal(t, before, told("call"), "nothing has turned")
	citizen.Poor, citizen.Worst = true, 2
	keep(citizen, agent)
	require.Equal(t, []call.Role{call.Citizen}, poor())
	require.Equal(t, before+1, told("call"))
	keep(citizen, agent)
	require.Equal(t, before+1, told("call"), "told once")
	citizen.Poor, citizen.Worst = false, 4.2 // of a process that has not seen it
	keep(citizen, agent)
	require.Empty(t, poor())
	require.Equal(t, before+2, told("call"))
	require.Zero(t, told("heard"))

	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, interaction, call.HungUp))
	keep(agent, citizen)
	require.Equal(t, 1, told("heard"), "the wrap-up shows it")
	old := h.Voice
	h.Voice = h.Lease(t, "voice:ast1")
	require.ErrorIs(t, h.Floor.KeepQuality(ctx, old, interaction, []call.Quality{citizen}), lease.ErrFenced)

	v, err := h.DB.ContactView(ctx, h.Agents[0].ID, id, "", func(contact.Contact) error { return nil })
	require.NoError(t, err)
	require.Len(t, v.Heard, 2)
	for _, heard := range v.Heard {
		require.Equal(t, interaction, heard.Interaction)
		want, name := citizen, ""
		if heard.Role == call.Agent {
			want, name = agent, h.Agents[0].Name
		}
		require.Equal(t, name, heard.Name)
		require.InDelta(t, want.MOS, heard.MOS, 1e-6)
		require.Equal(t, []any{want.Received, want.Lost, want.Jitter, want.Sent, want.FarKnown, want.SentLost, want.RoundTrip},
			[]any{heard.Received, heard.Lost, heard.Jitter, heard.Sent, heard.FarKnown, heard.SentLost, heard.RoundTrip})
	}
	require.InDelta(t, 2, pgtest.Value[float64](t, h.URL, `SELECT min(worst_mos)::float8 FROM legs`), 1e-6, "the worst that any process has seen")
}

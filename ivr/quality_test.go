package ivr_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
)

// leg is what is kept of how a leg sounded.
type leg struct {
	MOS, Worst            float64
	Received, Lost        int
	Jitter                float64
	Sent, SentLost        int // -1: not known
	RoundTrip             float64
	Role                  string
	Poor, FarKnown, Ended bool
}

// sounded gives the legs of a call whose quality is kept, by role.
func (w *world) sounded(t *testing.T, interaction int64) map[string]leg {
	t.Helper()
	found := map[string]leg{}
	for _, l := range pgtest.Value[[]leg](t, w.URL, `
SELECT coalesce(jsonb_agg(jsonb_build_object('Role', role, 'MOS', mos, 'Worst', worst_mos, 'Received', received, 'Lost', lost, 'Jitter', jitter_ms, 'Sent', sent,
    'SentLost', coalesce(sent_lost, -1), 'RoundTrip', coalesce(round_trip_ms, -1), 'FarKnown', sent_lost IS NOT NULL, 'Poor', poor, 'Ended', state = 'ended')), '[]')
FROM legs WHERE call_id = $1 AND mos IS NOT NULL`, interaction) {
		found[l.Role] = l
	}
	return found
}

// Two talks with handsets that report nothing, one over a network that loses each tenth packet: what is kept of each at its end, what the operator
// sees meanwhile, and afterwards in the timeline.
func TestHowATalkSounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		loses int
		grade call.Grade
	}{{"a clean line", 0, call.Good}, {"a packet of ten is lost", 10, call.Poor}} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			h, interaction := w.dials(t, "+77010000701")
			h.Press(t, "2", usual)
			w.only(t, call.Waiting)
			id := w.ContactOf(t, interaction)
			w.accepted(t, 0, id)
			operator := w.connects(t, id, "1001")
			h.Loses(c.loses)
			require.Empty(t, w.sounded(t, interaction), "kept before anything was to be told")
			if c.loses > 0 {
				require.Eventually(t, func() bool { return w.sounded(t, interaction)["citizen"].Poor }, 40*time.Second, 100*time.Millisecond, "the operator is not told")
				require.Equal(t, map[call.Role]bool{call.Citizen: true, call.Agent: false}, w.poor(t))
			} else {
				<-time.After(12 * time.Second) // two reports of Asterisk's
				require.Empty(t, w.sounded(t, interaction), "kept although there is nothing to tell")
			}
			h.HangUp(t)
			operator.Ends(t, 5*time.Second)
			w.comes(t, id, contact.WrapUp)
			require.Eventually(t, func() bool { return len(w.sounded(t, interaction)) == 2 && w.sounded(t, interaction)["agent"].Ended }, 5*time.Second, 50*time.Millisecond)
			w.ends(t)
			kept := w.sounded(t, interaction)
			t.Log(kept)
			citizen, agent := kept["citizen"], kept["agent"]
			require.Equal(t, c.grade, call.GradeOf(citizen.Worst), "%+v", citizen)
			require.False(t, citizen.FarKnown, "a handset that does not report is said to")
			require.Greater(t, citizen.Received, 300)
			require.Less(t, citizen.Jitter, 50.0)
			if c.loses == 0 {
				require.Greater(t, citizen.MOS, 4.0)
				require.LessOrEqual(t, citizen.Lost, citizen.Received/200)
			} else {
				require.Less(t, citizen.MOS, 4.0, "the whole leg, in which the menu was clean")
				require.InDelta(t, 0.06, float64(citizen.Lost)/float64(citizen.Lost+citizen.Received), 0.05)
			}
			require.Greater(t, agent.MOS, 4.0, "%+v", agent)
			require.True(t, agent.FarKnown, "an Asterisk reports")
			require.LessOrEqual(t, agent.SentLost, 5)
			require.Equal(t, 2, testutil.CollectAndCount(w.quality), "counted for the engineer, by role")

			v, err := w.DB.ContactView(t.Context(), w.Agents[0].ID, id, "", func(contact.Contact) error { return nil })
			require.NoError(t, err)
			require.Len(t, v.Heard, 2)
			for _, heard := range v.Heard {
				require.Equal(t, heard.Role == call.Agent, heard.Name != "")
				require.Equal(t, heard.Role == call.Agent, heard.FarKnown)
				require.InDelta(t, kept[string(heard.Role)].MOS, heard.MOS, 1e-6)
			}
		})
	}
}

// poor gives whose leg sounds poor now, as the operator's desk has it.
func (w *world) poor(t *testing.T) map[call.Role]bool {
	t.Helper()
	s, err := w.DB.DeskSnapshot(t.Context(), w.Agents[0].ID)
	require.NoError(t, err)
	require.Len(t, s.Contacts, 1)
	found := map[call.Role]bool{}
	for _, p := range s.Contacts[0].Parties {
		found[p.Role] = p.Poor
	}
	return found
}

// A call that talks with nobody costs no look at its quality, and nothing is kept of it.
func TestNothingIsKeptOfACallInTheMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, interaction := w.dials(t, "+77010000702")
	h.Press(t, "2", usual)
	w.only(t, call.Waiting)
	<-time.After(12 * time.Second)
	h.HangUp(t)
	w.ends(t)
	require.Empty(t, w.sounded(t, interaction))
	require.Zero(t, testutil.CollectAndCount(w.quality))
}

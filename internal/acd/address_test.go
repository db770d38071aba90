package acd_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
)

// addressed says in other words who is waited for: an agent who is available, or on a pause that still counts, with the page open.
func addressed(s acd.Snapshot, w acd.Waiting) bool {
	i := slices.IndexFunc(s.Staff, func(a acd.Staff) bool { return a.Agent == w.AddressedTo })
	if w.AddressedTo == 0 || i < 0 || !w.AddressedUntil.After(s.Now) || slices.Contains(w.Declined, w.AddressedTo) {
		return false
	}
	a := s.Staff[i]
	pause := a.Status == acd.Paused && a.StatusReason != acd.NotResponding && a.StatusAt.Add(s.Queues[w.Queue].Pause).After(s.Now)
	return (a.Status == acd.Available || pause) && a.ConnectedUntil.After(s.Now)
}

// pairs are the offers of a decision: the contact and the agent of each.
func pairs(s acd.Snapshot) (found [][2]int64) {
	for _, o := range acd.Decide(s, time.Time{}).Offers {
		found = append(found, [2]int64{o.Contact, o.Agent})
	}
	return found
}

// A contact that is addressed to an agent waits for that agent, as long as the agent is there, and holds up nobody.
func TestAnAddressedContactWaitsForItsAgent(t *testing.T) {
	t.Parallel()
	there, other := staff(11, "ru"), staff(12, "ru")
	knows, idleOne := idle(11, 1), idle(12, 9)
	busy := knows
	busy.Room = 0
	stranger := knows // neither of the queue nor of the language
	stranger.Queues, stranger.Languages = nil, nil
	paused := func(reason string, since time.Duration) acd.Staff {
		a := there
		a.Status, a.StatusReason, a.StatusAt = acd.Paused, reason, noon.Add(-since)
		return a
	}
	offline, away := paused("", 0), there
	offline.Status = acd.Offline
	away.ConnectedUntil = noon
	for name, row := range map[string]struct {
		agents   []acd.Candidate
		staff    acd.Staff // 11, as far as it matters who is there
		until    time.Duration
		declined []int64
		want     int64 // who is offered it
	}{
		"free":              {[]acd.Candidate{knows, idleOne}, there, 1, nil, 11},
		"of another queue":  {[]acd.Candidate{stranger, idleOne}, there, 1, nil, 11},
		"busy":              {[]acd.Candidate{busy, idleOne}, there, 1, nil, 0},
		"busy for too long": {[]acd.Candidate{busy, idleOne}, there, 0, nil, 12},
		"on a short pause":  {[]acd.Candidate{idleOne}, paused("break", time.Minute), 1, nil, 0},
		"on a long pause":   {[]acd.Candidate{idleOne}, paused("break", 5*time.Minute), 1, nil, 12},
		"does not respond":  {[]acd.Candidate{idleOne}, paused(acd.NotResponding, 0), 1, nil, 12},
		"off duty":          {[]acd.Candidate{idleOne}, offline, 1, nil, 12},
		"page is closed":    {[]acd.Candidate{idleOne}, away, 1, nil, 12},
		"has declined":      {[]acd.Candidate{knows, idleOne}, there, 1, []int64{11}, 12},
	} {
		s := snapshot()
		w := waiting(1, 1)
		w.AddressedTo, w.AddressedUntil, w.Declined = 11, noon.Add(row.until), row.declined
		s.Waiting, s.Agents, s.Staff = []acd.Waiting{w}, row.agents, []acd.Staff{row.staff, other}
		var want [][2]int64
		if row.want != 0 {
			want = [][2]int64{{1, row.want}}
		}
		require.Equal(t, want, pairs(s), name)
		if row.want == 0 {
			s.Waiting = append(s.Waiting, waiting(2, 0))
			require.Equal(t, [][2]int64{{2, 12}}, pairs(s), "%s: nobody else waits for that", name)
		}
	}
}

// Whoever is on the line waits for as long as the queue's setting says, and whoever is not as long as a pause counts.
func TestHowLongAnAgentIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := acd.DefaultRules
	require.Equal(t, []time.Duration{time.Minute, 5 * time.Minute}, []time.Duration{r.AddressedFor(true), r.AddressedFor(false)})
	r.Address, r.Pause = 10*time.Minute, 0
	require.Equal(t, []time.Duration{10 * time.Minute, 10 * time.Minute}, []time.Duration{r.AddressedFor(true), r.AddressedFor(false)})
}

// Contacts that are addressed to agents who never take them are served after the limit, by the queue, at the places of their waits: they come neither
// earlier nor later than they would if nobody had addressed them; and while they wait for their agents, the others are served as if they were not there.
func TestAnAddressedContactIsNeverLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const limit = time.Minute
		s := snapshot()
		busy := idle(11, 9)
		busy.Room = 0
		s.Staff = append(s.Staff, staff(11, "ru"), staff(12, "ru"))
		n := rapid.IntRange(1, 12).Draw(t, "contacts")
		to := map[int64]bool{}
		for id := int64(1); id <= int64(n); id++ {
			w := waiting(id, 0)
			w.QueuedAt = noon.Add(-time.Duration(rapid.IntRange(0, 600).Draw(t, "waited")) * time.Second)
			if to[id] = rapid.Bool().Draw(t, "addressed"); to[id] {
				w.AddressedTo, w.AddressedUntil = 11, noon.Add(limit)
			}
			s.Waiting = append(s.Waiting, w)
		}
		byTime := slices.SortedFunc(slices.Values(s.Waiting), func(a, b acd.Waiting) int { return a.QueuedAt.Compare(b.QueuedAt) })
		var want, served []int64 // before the limit, those that are nobody's; then all others
		for _, addressed := range []bool{false, true} {
			for _, w := range byTime {
				if to[w.Contact] == addressed {
					want = append(want, w.Contact)
				}
			}
		}
		for len(s.Waiting) > 0 {
			s.Agents = []acd.Candidate{busy, idle(12, 1)}
			offers := acd.Decide(s, time.Time{}).Offers
			if len(offers) == 0 {
				if s.Now.After(noon) {
					t.Fatalf("%+v is lost", s.Waiting)
				}
				s.Now = noon.Add(limit)
				for i := range s.Staff {
					s.Staff[i].ConnectedUntil = s.Now.Add(time.Second)
				}
				continue
			}
			if len(offers) != 1 || offers[0].Agent != 12 {
				t.Fatalf("%+v", offers)
			}
			served = append(served, offers[0].Contact)
			s.Waiting = slices.DeleteFunc(s.Waiting, func(w acd.Waiting) bool { return w.Contact == offers[0].Contact })
		}
		waited := func(id int64) time.Time {
			return byTime[slices.IndexFunc(byTime, func(w acd.Waiting) bool { return w.Contact == id })].QueuedAt
		}
		for i := range want {
			if !waited(want[i]).Equal(waited(served[i])) {
				t.Fatalf("served %v, wanted %v", served, want)
			}
		}
	})
}

// A contact that is addressed to an agent comes before others at that agent, but for those who have waited for too long.
func TestAnAddressedContactComesFirstAtItsAgent(t *testing.T) {
	t.Parallel()
	s := snapshot()
	s.Staff = append(s.Staff, staff(11, "ru"))
	s.Agents = []acd.Candidate{idle(11, 1)}
	given := waiting(1, 1)
	given.AddressedTo, given.AddressedUntil = 11, noon.Add(time.Second)
	s.Waiting = []acd.Waiting{given, waiting(2, 29)}
	require.Equal(t, [][2]int64{{1, 11}}, pairs(s))
	s.Waiting = []acd.Waiting{given, waiting(2, 30)}
	require.Equal(t, [][2]int64{{2, 11}}, pairs(s))
}

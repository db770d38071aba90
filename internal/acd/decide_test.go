package acd_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func waiting(id int64, minutes int) acd.Waiting {
	return acd.Waiting{Contact: id, Version: 1, Queue: "general", Language: "ru", Cost: 100, QueuedAt: noon.Add(-time.Duration(minutes) * time.Minute)}
}

func idle(id int64, minutes int) acd.Candidate {
	return acd.Candidate{Agent: id, Version: 1, Languages: []string{"ru"}, Queues: []string{"general"}, Room: 100,
		IdleSince: noon.Add(-time.Duration(minutes) * time.Minute)}
}

// staff is an agent who is there.
func staff(id int64, languages ...string) acd.Staff {
	return acd.Staff{Agent: id, Languages: languages, Queues: []string{"general"}, Status: acd.Available, StatusAt: noon.Add(-time.Hour),
		ConnectedUntil: noon.Add(10 * time.Second)}
}

func snapshot() acd.Snapshot {
	return acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{"general": acd.DefaultRules}, Staff: []acd.Staff{staff(1, "ru", "kk")}}
}

func TestWhoHasWaitedLongestGetsWhoHasBeenIdleLongest(t *testing.T) {
	t.Parallel()
	s := snapshot()
	front := waiting(3, 1)
	front.Priority = 1
	s.Waiting = []acd.Waiting{waiting(1, 5), waiting(2, 9), front}
	s.Agents = []acd.Candidate{idle(11, 2), idle(12, 7)}
	var pairs [][2]int64
	for _, o := range acd.Decide(s, time.Time{}).Offers {
		pairs = append(pairs, [2]int64{o.Contact, o.Agent})
	}
	require.Equal(t, [][2]int64{{3, 12}, {2, 11}}, pairs)
}

// A caller whom nobody available fits does not hold up whoever comes after.
func TestWhoFitsNobodyHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := snapshot()
	kazakh := waiting(1, 9)
	kazakh.Language = "kk"
	s.Waiting, s.Agents = []acd.Waiting{kazakh, waiting(2, 1)}, []acd.Candidate{idle(11, 1)}
	require.Equal(t, int64(2), acd.Decide(s, time.Time{}).Offers[0].Contact)
}

// What passed while the store was away is not held against anybody; offers are made all the same.
func TestNobodyIsLateBecauseTheStoreWasAway(t *testing.T) {
	t.Parallel()
	s := snapshot()
	s.Queues["closed"] = acd.DefaultRules
	late := waiting(2, 3)
	late.Queue = "closed"
	s.Waiting, s.Agents = []acd.Waiting{waiting(1, 5), late}, []acd.Candidate{idle(11, 1)}
	s.Offers = []acd.OpenOffer{{Contact: 7, Agent: 12, ExpiresAt: noon.Add(-time.Second)}}
	s.WrapUps = []acd.OpenWrapUp{{Contact: 8, Until: noon}}
	s.Absent = []acd.Absent{{Agent: 13, Since: noon}}
	s.Orders = []string{"o"}
	d := acd.Decide(s, noon.Add(time.Second))
	require.Len(t, d.Offers, 1)
	require.Empty(t, d.Expire)
	require.Empty(t, d.File)
	require.Empty(t, d.Absent)
	require.Empty(t, d.GiveUp)
	require.Empty(t, d.Orders)
	d = acd.Decide(s, noon)
	require.Equal(t, s.Offers, d.Expire)
	require.Equal(t, []int64{8}, d.File)
	require.Equal(t, []int64{13}, d.Absent)
	require.Equal(t, []int64{2}, d.GiveUp)
	require.Equal(t, s.Orders, d.Orders)
}

// Whatever stands: nobody gets a contact who does not fit, nobody gets two in a round, no contact goes to two, nobody who fits is left
// idle while a contact waits, and the same snapshot decides the same.
func TestDecisionsKeepTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		queues, languages := []string{"general", "tax", "night"}, []string{"kk", "ru", "en"}
		s := acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{}}
		for _, q := range queues {
			s.Queues[q] = acd.DefaultRules
		}
		for id := range rapid.IntRange(0, 12).Draw(t, "agents") {
			s.Agents = append(s.Agents, acd.Candidate{Agent: int64(id), Room: rapid.IntRange(0, 100).Draw(t, "room"),
				Languages: rapid.SliceOfDistinct(rapid.SampledFrom(languages), rapid.ID).Draw(t, "languages"),
				Queues:    rapid.SliceOfDistinct(rapid.SampledFrom(queues), rapid.ID).Draw(t, "queues"),
				IdleSince: noon.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "idle")) * time.Minute)})
			a := s.Agents[id]
			s.Staff = append(s.Staff, acd.Staff{Agent: a.Agent, Languages: a.Languages, Queues: a.Queues, Status: acd.Available,
				ConnectedUntil: noon.Add(time.Second)})
		}
		for id := range rapid.IntRange(0, 4).Draw(t, "others") {
			s.Staff = append(s.Staff, acd.Staff{Agent: int64(20 + id), Status: rapid.SampledFrom([]acd.Status{acd.Available, acd.Paused, acd.Offline}).Draw(t, "status"),
				StatusReason:   rapid.SampledFrom([]string{"", "break", acd.NotResponding}).Draw(t, "why"),
				StatusAt:       noon.Add(-time.Duration(rapid.IntRange(0, 400).Draw(t, "since")) * time.Second),
				ConnectedUntil: noon.Add(time.Duration(rapid.IntRange(-60, 10).Draw(t, "page")) * time.Second),
				Languages:      rapid.SliceOfDistinct(rapid.SampledFrom(languages), rapid.ID).Draw(t, "languages"),
				Queues:         rapid.SliceOfDistinct(rapid.SampledFrom(queues), rapid.ID).Draw(t, "queues")})
		}
		for id := range rapid.IntRange(0, 20).Draw(t, "contacts") {
			s.Waiting = append(s.Waiting, acd.Waiting{Contact: int64(id), Queue: rapid.SampledFrom(queues).Draw(t, "queue"),
				Language: rapid.SampledFrom(languages).Draw(t, "language"), Cost: rapid.SampledFrom([]int{20, 100}).Draw(t, "cost"),
				Priority:       rapid.IntRange(0, 2).Draw(t, "priority"),
				QueuedAt:       noon.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "waited")) * time.Minute),
				AddressedTo:    rapid.Int64Range(0, 26).Draw(t, "to"),
				AddressedUntil: noon.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "until")) * time.Second),
				Callback:       rapid.Bool().Draw(t, "callback"),
				Declined:       rapid.SliceOfN(rapid.Int64Range(0, 11), 0, 3).Draw(t, "declined")})
			if w := &s.Waiting[id]; len(w.Declined) > 0 {
				w.DeclinedAt = noon.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "declined ago")) * time.Second)
			}
		}
		d := acd.Decide(s, time.Time{})
		if again := acd.Decide(s, time.Time{}); !slices.Equal(d.Offers, again.Offers) || !slices.Equal(d.GiveUp, again.GiveUp) {
			t.Fatal("decided otherwise the second time")
		}
		fits := func(a acd.Candidate, w acd.Waiting) bool {
			return a.Room >= w.Cost && slices.Contains(a.Queues, w.Queue) && slices.Contains(a.Languages, w.Language) && !slices.Contains(w.Declined, a.Agent)
		}
		agents, contacts := map[int64]bool{}, map[int64]bool{}
		for _, o := range d.Offers {
			a, w := s.Agents[o.Agent], s.Waiting[o.Contact]
			own := addressed(s, w) && a.Agent == w.AddressedTo && a.Room >= w.Cost
			if !own && (addressed(s, w) || !fits(a, w)) || agents[o.Agent] || contacts[o.Contact] {
				t.Fatalf("offer %+v of %+v to %+v", o, w, a)
			}
			agents[o.Agent], contacts[o.Contact] = true, true
		}
		for _, id := range d.GiveUp {
			if contacts[id] {
				t.Fatalf("contact %d is given up and offered", id)
			}
			contacts[id] = true
		}
		for _, w := range s.Waiting {
			if gone := !w.Callback && !addressed(s, w) && forNobody(s, w); gone != slices.Contains(d.GiveUp, w.Contact) {
				t.Fatalf("%+v is given up: %v", w, !gone)
			}
		}
		for _, w := range s.Waiting {
			for _, a := range s.Agents {
				may := fits(a, w)
				if addressed(s, w) {
					may = a.Agent == w.AddressedTo && a.Room >= w.Cost
				}
				if !contacts[w.Contact] && !agents[a.Agent] && may {
					t.Fatalf("%+v waits, and %+v is idle", w, a)
				}
			}
		}
	})
}

// forNobody says in other words what it is to wait for nobody: each who speaks the language and serves the queue has declined, or has been
// away for the patience of the queue.
func forNobody(s acd.Snapshot, w acd.Waiting) bool {
	patience := s.Now.Add(-acd.DefaultRules.GiveUp)
	if w.QueuedAt.After(patience) || w.DeclinedAt.After(patience) {
		return false
	}
	for _, a := range s.Staff {
		if !slices.Contains(a.Queues, w.Queue) || !slices.Contains(a.Languages, w.Language) || slices.Contains(w.Declined, a.Agent) {
			continue
		}
		longest := map[acd.Status]time.Duration{acd.Paused: acd.DefaultRules.Pause}[a.Status]
		if a.Status == acd.Paused && a.StatusReason == acd.NotResponding {
			longest = 0
		}
		if a.ConnectedUntil.After(patience) && (a.Status == acd.Available || a.StatusAt.Add(longest).After(patience)) {
			return false
		}
	}
	return true
}

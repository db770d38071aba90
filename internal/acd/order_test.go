package acd_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
)

// order is who is served when one agent after the other is free.
func order(s acd.Snapshot) (served []int64) {
	s.Waiting = slices.Clone(s.Waiting)
	for len(s.Waiting) > 0 {
		offers := acd.Decide(s, s.Now.Add(time.Second)).Offers
		if len(offers) == 0 {
			return served
		}
		served = append(served, offers[0].Contact)
		s.Waiting = slices.DeleteFunc(s.Waiting, func(w acd.Waiting) bool { return w.Contact == offers[0].Contact })
	}
	return served
}

func TestPriorityRisesWithTheWait(t *testing.T) {
	t.Parallel()
	s := snapshot()
	urgent := acd.DefaultRules
	urgent.Priority = 10
	s.Queues["urgent"] = urgent
	s.Agents = []acd.Candidate{{Agent: 1, Languages: []string{"ru"}, Queues: []string{"general", "urgent"}, Room: 100}}
	of := func(queue string, id int64, minutes int) acd.Waiting {
		w := waiting(id, minutes)
		w.Queue = queue
		return w
	}
	s.Waiting = []acd.Waiting{of("general", 1, 9), of("general", 2, 11), of("urgent", 3, 0), of("urgent", 4, 1)}
	require.Equal(t, []int64{2, 4, 3, 1}, order(s), "ten points are ten minutes, and whoever came first goes first among equals")
	urgent.Ageing = 5
	s.Queues["urgent"] = urgent
	s.Waiting = []acd.Waiting{of("general", 1, 29), of("urgent", 2, 5), of("general", 3, 30), of("urgent", 4, 28)}
	require.Equal(t, []int64{3, 4, 2, 1}, order(s), "half an hour outweighs all points")
	back := of("general", 5, 1)
	back.Priority = 1
	s.Waiting = append(s.Waiting, back)
	require.Equal(t, int64(5), order(s)[0], "whoever came back to the front has been served already")
}

// A queue that never empties, with whatever priorities: of one queue nobody is served before somebody who came earlier; whoever has waited half an
// hour is served before all who came later, so that the lowest priority is served within a bound.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	const handle = 3 * time.Minute
	rapid.Check(t, func(t *rapid.T) {
		s := acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{}}
		queues := []string{"a", "b", "c"}
		for _, q := range queues {
			r := acd.DefaultRules
			r.Priority, r.Ageing = rapid.IntRange(0, 100).Draw(t, "priority"), rapid.IntRange(1, 100).Draw(t, "ageing")
			s.Queues[q] = r
		}
		agent := acd.Candidate{Agent: 1, Languages: []string{"ru"}, Queues: queues, Room: 1}
		lowest := acd.Waiting{Contact: 1, Queue: "a", Language: "ru", Cost: 1, QueuedAt: noon}
		lowestRules := s.Queues["a"]
		lowestRules.Priority, lowestRules.Ageing = 0, 1
		s.Queues["a"] = lowestRules
		before := rapid.IntRange(0, 20).Draw(t, "waiting before")
		for i := range before {
			w := lowest
			w.Contact, w.Queue, w.QueuedAt = int64(100+i), rapid.SampledFrom(queues).Draw(t, "queue"), noon.Add(-time.Duration(i)*time.Minute)
			s.Waiting = append(s.Waiting, w)
		}
		s.Waiting = append(s.Waiting, lowest)
		bound := noon.Add(30*time.Minute + time.Duration(before+1)*handle)
		for next := int64(1000); ; next += 2 { // two come for each who is served
			for i := range int64(2) {
				s.Waiting = append(s.Waiting, acd.Waiting{Contact: next + i, Queue: rapid.SampledFrom(queues).Draw(t, "queue"), Language: "ru", Cost: 1, QueuedAt: s.Now})
			}
			s.Agents = []acd.Candidate{agent}
			served := acd.Decide(s, s.Now.Add(time.Second)).Offers[0].Contact
			i := slices.IndexFunc(s.Waiting, func(w acd.Waiting) bool { return w.Contact == served })
			for _, w := range s.Waiting {
				earlier := w.QueuedAt.Before(s.Waiting[i].QueuedAt)
				if earlier && (w.Queue == s.Waiting[i].Queue || s.Now.Sub(w.QueuedAt) >= 30*time.Minute) {
					t.Fatalf("%+v is served before %+v", s.Waiting[i], w)
				}
			}
			if served == lowest.Contact {
				return
			}
			s.Waiting = slices.Delete(s.Waiting, i, i+1)
			if s.Now = s.Now.Add(handle); s.Now.After(bound) {
				t.Fatalf("the lowest priority waits longer than %v", bound.Sub(noon))
			}
		}
	})
}

// After its wait, or at once when nobody of its own queue is there, a contact is offered to the agents of the other queue as well, after its own.
func TestAQueueOverflows(t *testing.T) {
	t.Parallel()
	s := snapshot()
	r := acd.DefaultRules
	r.Overflow, r.OverflowAfter = "tax", 2*time.Minute
	s.Queues["general"], s.Queues["tax"] = r, acd.DefaultRules
	helper := acd.Candidate{Agent: 21, Languages: []string{"ru"}, Queues: []string{"tax"}, Room: 100, IdleSince: noon.Add(-time.Hour)}
	helps := staff(21, "ru")
	helps.Queues = []string{"tax"}
	own := s.Staff
	decide := func(minutes int, staff []acd.Staff, agents ...acd.Candidate) string {
		s.Waiting, s.Staff, s.Agents = []acd.Waiting{waiting(1, minutes)}, staff, agents
		d := acd.Decide(s, time.Time{})
		if len(d.Offers) == 0 {
			return fmt.Sprint("none ", len(d.GiveUp))
		}
		return fmt.Sprint(d.Offers[0].Agent, d.Offers[0].Via)
	}
	require.Equal(t, "none 0", decide(1, append(own, helps), helper), "its own agent may be free soon")
	require.Equal(t, "21tax", decide(2, append(own, helps), helper))
	require.Equal(t, "11", decide(2, append(own, helps), helper, idle(11, 0)), "its own goes first, however idle the other")
	require.Equal(t, "21tax", decide(1, []acd.Staff{helps}, helper), "nobody of its own is there")
	require.Equal(t, "none 0", decide(9, []acd.Staff{helps}), "the other's agents are busy, and there")
	require.Equal(t, "none 1", decide(9, nil), "nobody at all")
	helper.Languages = []string{"kk"}
	helps.Languages = helper.Languages
	require.Equal(t, "none 1", decide(9, []acd.Staff{helps}, helper), "nobody who speaks the language")

	// It is one way, and one step.
	helper = acd.Candidate{Agent: 31, Languages: []string{"ru"}, Queues: []string{"general"}, Room: 100}
	w := waiting(1, 9)
	w.Queue = "tax"
	s.Waiting, s.Agents = []acd.Waiting{w}, []acd.Candidate{helper}
	require.Empty(t, acd.Decide(s, time.Time{}).Offers)
}

// With an overflow nobody gets a contact who serves neither queue or does not fit, a helper only where no agent of the contact's own queue was left
// for it, and none is idle while somebody waits who may overflow to them.
func TestOverflowKeepsTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		queues, languages := []string{"a", "b", "c"}, []string{"kk", "ru"}
		s := acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{}}
		for i, q := range queues {
			r := acd.DefaultRules
			r.GiveUp = time.Hour
			r.Overflow = []string{"", queues[(i+1)%3], queues[(i+2)%3]}[rapid.IntRange(0, 2).Draw(t, "overflow")]
			r.OverflowAfter = time.Duration(rapid.IntRange(0, 3).Draw(t, "after")) * time.Minute
			s.Queues[q] = r
		}
		for id := range int64(rapid.IntRange(0, 8).Draw(t, "agents")) {
			a := acd.Candidate{Agent: id, Room: 1, Languages: rapid.SliceOfDistinct(rapid.SampledFrom(languages), rapid.ID).Draw(t, "languages"),
				Queues: rapid.SliceOfDistinct(rapid.SampledFrom(queues), rapid.ID).Draw(t, "queues")}
			s.Agents = append(s.Agents, a)
			s.Staff = append(s.Staff, acd.Staff{Agent: id, Languages: a.Languages, Queues: a.Queues, Status: acd.Available, ConnectedUntil: noon.Add(time.Second)})
		}
		for id := range int64(rapid.IntRange(0, 12).Draw(t, "contacts")) {
			s.Waiting = append(s.Waiting, acd.Waiting{Contact: id, Queue: rapid.SampledFrom(queues).Draw(t, "queue"), Cost: 1,
				Language: rapid.SampledFrom(languages).Draw(t, "language"), QueuedAt: noon.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "waited")) * time.Minute)})
		}
		d := acd.Decide(s, time.Time{})
		free := map[int64]bool{}
		for _, a := range s.Agents {
			free[a.Agent] = true
		}
		speaks := func(a acd.Candidate, w acd.Waiting, queue string) bool {
			return slices.Contains(a.Queues, queue) && slices.Contains(a.Languages, w.Language)
		}
		offered := map[int64]bool{}
		for _, o := range d.Offers {
			w, a := s.Waiting[o.Contact], s.Agents[o.Agent]
			queue := w.Queue
			if o.Via != "" {
				queue = o.Via
				if o.Via != s.Queues[w.Queue].Overflow {
					t.Fatalf("%+v overflows to %s", w, o.Via)
				}
				for _, own := range s.Agents {
					if free[own.Agent] && speaks(own, w, w.Queue) {
						t.Fatalf("%+v is offered to a helper, and %+v is free", w, own)
					}
				}
			}
			if !free[a.Agent] || !speaks(a, w, queue) {
				t.Fatalf("%+v is offered to %+v", w, a)
			}
			free[a.Agent], offered[w.Contact] = false, true
		}
		for _, w := range s.Waiting {
			r := s.Queues[w.Queue]
			overflows := r.Overflow != "" && noon.Sub(w.QueuedAt) >= r.OverflowAfter
			for _, a := range s.Agents {
				if !offered[w.Contact] && free[a.Agent] && (speaks(a, w, w.Queue) || overflows && speaks(a, w, r.Overflow)) {
					t.Fatalf("%+v waits, and %+v is idle", w, a)
				}
			}
		}
	})
}

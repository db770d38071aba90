package acd

import (
	"math/rand/v2"
	"time"
)

// Simulated is what came of a simulation.
type Simulated struct {
	Calls       int
	InTarget    float64       // the share that was answered within the target
	MeanWait    time.Duration // of all calls
	LongestWait time.Duration
	Occupancy   float64 // the share of their time that agents were busy
}

// begins is the morning of the day that is simulated; nothing depends on it.
var begins = time.Date(2026, 1, 1, 9, 0, 0, 0, zone)

// Simulate has [Decide] serve so many calls of a load on a clock of its own: arrivals by Poisson, handling times by an exponential distribution,
// agents who accept at once. The same seed gives the same.
func Simulate(l Load, calls int, seed uint64) Simulated {
	random := rand.New(rand.NewPCG(seed, 0))
	draw := func(mean time.Duration) time.Duration { return time.Duration(random.ExpFloat64() * float64(mean)) }
	s := Snapshot{Queues: map[string]Rules{"": DefaultRules}}
	one := []string{""}
	for id := range l.Agents {
		s.Agents = append(s.Agents, Candidate{Agent: int64(id), Languages: one, Queues: one, Room: 1, IdleSince: begins})
		s.Staff = append(s.Staff, Staff{Agent: int64(id), Languages: one, Queues: one, Status: Available, ConnectedUntil: begins.AddDate(100, 0, 0)})
	}
	between := time.Duration(float64(time.Hour) / l.PerHour)
	next, busyUntil := begins.Add(draw(between)), map[int64]time.Time{}
	var came Simulated
	var waited, worked time.Duration
	for inTarget, arrived := 0, 0; ; {
		s.Now = next // the next call, or an agent who is free before it comes
		free := int64(-1)
		for id, at := range busyUntil {
			if arrived == calls && free < 0 || at.Before(s.Now) || at.Equal(s.Now) && id < free {
				free, s.Now = id, at
			}
		}
		switch {
		case free >= 0:
			delete(busyUntil, free)
			s.Agents = append(s.Agents, Candidate{Agent: free, Languages: one, Queues: one, Room: 1, IdleSince: s.Now})
		case arrived < calls:
			arrived++
			s.Waiting = append(s.Waiting, Waiting{Contact: int64(arrived), Cost: 1, QueuedAt: s.Now})
			next = s.Now.Add(draw(between))
		default:
			came.Calls, came.InTarget = calls, float64(inTarget)/float64(calls)
			came.MeanWait = waited / time.Duration(calls)
			came.Occupancy = float64(worked) / float64(s.Now.Sub(begins)) / float64(l.Agents)
			return came
		}
		assign(&s, func(w Waiting, agent int64) {
			wait := s.Now.Sub(w.QueuedAt)
			if waited += wait; wait <= l.Target {
				inTarget++
			}
			came.LongestWait = max(came.LongestWait, wait)
			handle := draw(l.Handle)
			worked += handle
			busyUntil[agent] = s.Now.Add(handle)
		})
	}
}

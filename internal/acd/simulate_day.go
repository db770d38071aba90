package acd

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Shift is a quarter of an hour of a day, with the load that is expected in it and whoever is on duty.
type Shift struct {
	Begin time.Duration // since midnight
	Load  Load
}

const (
	quarter = 15 * time.Minute
	// mostSimulated bounds how many calls a simulation of days has, mostDays how many days.
	mostSimulated, mostDays = 10_000, 50
	// mostHeard is how many wait at most: whoever calls then is not answered. It bounds what a round of the distribution has to look at.
	mostHeard = 100
)

// SimulateDay has [Decide] serve the shifts of a day on a clock of its own, and gives what came of the calls of each shift: what is not answered in
// one waits on into the next, unlike by Erlang C. Whoever goes off duty ends the talk. The day is repeated with other calls, the busier it is the
// fewer times. Occupancy is not given, and whoever is not answered has no wait. The same seed gives the same.
func SimulateDay(shifts []Shift, seed uint64) []Simulated {
	expected := 0.0
	for _, s := range shifts {
		expected += s.Load.PerHour * quarter.Hours()
	}
	came := make([]Simulated, len(shifts))
	days := min(mostDays, max(1, int(mostSimulated/max(1, expected))))
	for day := range days {
		d := simulatedDay{random: rand.New(rand.NewPCG(seed, uint64(day))), shifts: shifts, came: came, busyUntil: map[int64]time.Time{}}
		d.run()
	}
	for i := range came {
		if n := came[i].Calls; n > 0 {
			came[i].InTarget /= float64(n)
			came[i].MeanWait /= time.Duration(n)
		}
	}
	return came
}

// simulatedDay is a day that is simulated.
type simulatedDay struct {
	random    *rand.Rand
	shifts    []Shift
	came      []Simulated // by shift: InTarget and MeanWait are sums
	s         Snapshot
	called    []int // by contact: in which shift
	busyUntil map[int64]time.Time
	onDuty    int
	hired     int64
}

type arrival struct {
	at    time.Time
	shift int
}

func (d *simulatedDay) draw(mean time.Duration) time.Duration {
	return time.Duration(d.random.ExpFloat64() * float64(mean))
}

// arrivals are the calls of the day, by Poisson with the rate of each shift.
func (d *simulatedDay) arrivals() (all []arrival) {
	for i, s := range d.shifts {
		between := time.Duration(float64(time.Hour) / s.Load.PerHour)
		for at := d.draw(between); at < quarter && len(all) < 2*mostSimulated; at += d.draw(between) {
			all = append(all, arrival{begins.Add(s.Begin + at), i})
		}
	}
	return all
}

func (d *simulatedDay) run() {
	one := []string{""}
	d.s = Snapshot{Queues: map[string]Rules{"": DefaultRules}, // somebody is there all day
		Staff: []Staff{{Languages: one, Queues: one, Status: Available, ConnectedUntil: begins.AddDate(1, 0, 0)}}}
	calls, begun := d.arrivals(), 0
	for len(calls) > 0 || len(d.s.Waiting) > 0 {
		free, at := d.firstFree()
		switch {
		case begun < len(d.shifts) && !after(d.beginOf(begun), calls, at):
			d.s.Now = d.beginOf(begun)
			d.onDuty = d.shifts[begun].Load.Agents
			d.staff()
			begun++
		case !at.IsZero() && (len(calls) == 0 || !at.After(calls[0].at)):
			d.s.Now = at
			delete(d.busyUntil, free)
			d.staff()
		default:
			d.s.Now = calls[0].at
			d.call(calls[0].shift)
			calls = calls[1:]
		}
		if len(d.s.Agents) > 0 && len(d.s.Waiting) > 0 { // else nothing is offered
			assign(&d.s, d.answer)
		}
	}
}

func (d *simulatedDay) beginOf(shift int) time.Time { return begins.Add(d.shifts[shift].Begin) }

// after says whether a moment comes after the next call, or after an agent is free.
func after(at time.Time, calls []arrival, free time.Time) bool {
	return len(calls) > 0 && at.After(calls[0].at) || !free.IsZero() && at.After(free)
}

// firstFree gives who is done first, and when; a zero time: nobody is busy.
func (d *simulatedDay) firstFree() (agent int64, first time.Time) {
	for id, at := range d.busyUntil {
		if first.IsZero() || at.Before(first) || at.Equal(first) && id < agent {
			agent, first = id, at
		}
	}
	return agent, first
}

// staff has so many be there as are on duty: others come, or go once they are free.
func (d *simulatedDay) staff() {
	one := []string{""}
	for len(d.s.Agents)+len(d.busyUntil) < d.onDuty {
		d.hired++
		d.s.Agents = append(d.s.Agents, Candidate{Agent: d.hired, Languages: one, Queues: one, Room: 1, IdleSince: d.s.Now})
	}
	for len(d.s.Agents) > 0 && len(d.s.Agents)+len(d.busyUntil) > d.onDuty {
		d.s.Agents = d.s.Agents[1:]
	}
}

// call has a citizen call.
func (d *simulatedDay) call(shift int) {
	d.came[shift].Calls++
	if len(d.s.Waiting) >= mostHeard {
		return
	}
	d.called = append(d.called, shift)
	d.s.Waiting = append(d.s.Waiting, Waiting{Contact: int64(len(d.called)), Cost: 1, QueuedAt: d.s.Now})
}

// answer has an agent answer a call.
func (d *simulatedDay) answer(w Waiting, agent int64) {
	shift := d.called[w.Contact-1]
	load, came := d.shifts[shift].Load, &d.came[shift]
	wait := d.s.Now.Sub(w.QueuedAt)
	came.MeanWait += wait
	came.LongestWait = max(came.LongestWait, wait)
	if wait <= load.Target {
		came.InTarget++
	}
	d.busyUntil[agent] = d.s.Now.Add(d.draw(load.Handle))
}

// assign has [Decide] offer what waits, and tells of each offer, which is accepted at once.
func assign(s *Snapshot, accepted func(w Waiting, agent int64)) {
	for _, o := range Decide(*s, time.Time{}).Offers {
		i := slices.IndexFunc(s.Waiting, func(w Waiting) bool { return w.Contact == o.Contact })
		w := s.Waiting[i]
		s.Waiting = slices.Delete(s.Waiting, i, i+1)
		s.Agents = slices.DeleteFunc(s.Agents, func(a Candidate) bool { return a.Agent == o.Agent })
		accepted(w, o.Agent)
	}
}

package acd

import (
	"fmt"
	"time"
)

// CallHours are the hours of a day in which citizens are called back.
type CallHours struct{ From, Until time.Duration } // since midnight

// zone is that of the citizens: Kazakhstan has had one since March 2024, without summer time.
var zone = time.FixedZone("Asia/Almaty", 5*60*60)

// NextAttempt is how long after an attempt to call a citizen back the next one is due.
const NextAttempt = 15 * time.Minute

// Next gives the first moment, not before at, when a citizen may be called.
func (h CallHours) Next(at time.Time) time.Time {
	local := at.In(zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	switch since := local.Sub(midnight); {
	case since < h.From:
		return midnight.Add(h.From)
	case since >= h.Until:
		return midnight.AddDate(0, 0, 1).Add(h.From)
	}
	return at
}

const (
	mostCallTimes = 3                // a caller remembers no more
	soonestCall   = 30 * time.Minute // whoever chooses a time has something to do before
)

// CallTimes gives the times from which a citizen may choose when to be called back: up to three full hours of the first day that has one, within the
// hours of calls and those of the queue.
func (r Rules) CallTimes(now time.Time) (times []time.Time) {
	at := nextStep(now.Add(soonestCall), time.Hour)
	for range mostLooks {
		next := r.NextCall(at)
		if !next.Equal(at) {
			at = nextStep(next, time.Hour)
			continue
		}
		if len(times) > 0 && times[0].YearDay() != at.YearDay() {
			break
		}
		if times = append(times, at); len(times) == mostCallTimes {
			break
		}
		at = at.Add(time.Hour)
	}
	return times
}

const (
	promiseStep   = 30 * time.Minute
	mostPromises  = 48
	promiseWithin = 7 * 24 * time.Hour // nobody knows in which shift an agent is after that
)

// PromiseTimes gives the times that an agent may promise to call a citizen: each half-hour within the hours of calls and those of the queue, for a
// week at most.
func (r Rules) PromiseTimes(now time.Time) (times []time.Time) {
	at := nextStep(now, promiseStep)
	for len(times) < mostPromises && at.Before(now.Add(promiseWithin)) {
		next := r.NextCall(at)
		if at = nextStep(next, promiseStep); next.Equal(at) {
			times = append(times, at)
			at = at.Add(promiseStep)
		}
	}
	return times
}

// nextStep gives the first time by the citizens' clock, not before at, that is a full hour or some steps after one.
func nextStep(at time.Time, step time.Duration) time.Time {
	local := at.In(zone)
	next := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), 0, 0, 0, zone)
	for next.Before(local) {
		next = next.Add(step)
	}
	return next
}

// String is as people write them: "09:00-20:00".
func (h CallHours) String() string {
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	return clock(h.From) + "-" + clock(h.Until)
}

package acd

import (
	"math"
	"slices"
	"time"
)

// Take is a contact that an agent took out of a queue.
type Take struct {
	QueuedAt time.Time
	TakenAt  time.Time
}

// Span is a time of which only the bounds are known.
type Span struct{ From, To time.Duration }

const (
	// TakesWithin is the history by which a wait is estimated: a queue is another one in the morning and at noon.
	TakesWithin = 2 * time.Hour
	// MostTakes bounds it.
	MostTakes = 100
	// fewestTakes is the least history from which anything is said: of fewer intervals the mean is a guess.
	fewestTakes = 12
	// freshTake is how old the last take may be: else the queue moves no longer as it did.
	freshTake = 20 * time.Minute
	// longestWait is the longest wait that is told. Nobody plans by "up to two hours".
	longestWait = time.Hour
	// quantile90 is the normal distribution's: nine of ten waits end before Span.To, one of ten before Span.From.
	quantile90 = 1.2816
)

// ExpectedWait gives how long a contact at a place (1 is the next) is going to wait, in whole minutes: from the 10th percentile to the 90th.
// It is estimated by the intervals at which agents took contacts while others waited: so many of them pass as the place says. It is
// not known from a cold start, when the queue has stood still, nor when it is longer than can be told.
func ExpectedWait(takes []Take, place int, now time.Time) (Span, bool) {
	takes = slices.Clone(takes)
	slices.SortFunc(takes, func(a, b Take) int { return a.TakenAt.Compare(b.TakenAt) })
	if len(takes) == 0 || place < 1 || now.Sub(takes[len(takes)-1].TakenAt) > freshTake {
		return Span{}, false
	}
	var n, sum, squares float64
	for i := 1; i < len(takes); i++ {
		if before := takes[i-1].TakenAt; !takes[i].QueuedAt.After(before) { // it waited for nothing but its turn
			seconds := takes[i].TakenAt.Sub(before).Seconds()
			n, sum, squares = n+1, sum+seconds, squares+seconds*seconds
		}
	}
	if n < fewestTakes {
		return Span{}, false
	}
	mean := sum / n
	variance := max(0, (squares-sum*mean)/(n-1))
	places := float64(place)
	// Of so many intervals, and of the mean itself, which is of n intervals only.
	spread := quantile90 * math.Sqrt(places*variance+places*places*variance/n)
	minutes := func(seconds float64) time.Duration { return time.Duration(seconds/60) * time.Minute }
	s := Span{From: minutes(max(0, places*mean-spread)), To: minutes(places*mean+spread) + time.Minute}
	if s.To > longestWait {
		return Span{}, false
	}
	return s, true
}

// Package staffing says how many operators a queue needs in each quarter of an hour of a day: by the calls of the same day of the last weeks, and
// by Erlang C. It knows no storage.
package staffing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"okno/internal/acd"
	"okno/internal/fault"
	"okno/internal/report"
)

// Reader counts the contacts of a span by quarters of an hour.
type Reader interface {
	Quarters(ctx context.Context, span report.Span, q report.Quarters) ([]report.Quarter, error)
}

// Question is what somebody wants to know.
type Question struct {
	Queue  string
	Day    time.Time // midnight in the centre's zone
	Weeks  int       // of how many weeks the same day is looked at
	Share  float64   // of calls that is to be answered in time
	Target time.Duration
	WhatIf
}

// WhatIf is what would be different from the weeks before. The zero value: nothing.
type WhatIf struct {
	Calls  float64       // how many times as many come; 0: as many
	Handle time.Duration // what each takes; 0: what it took
	Agents int           // so many are on duty all day; 0: whoever is needed
}

const (
	mostWeeks  = 52
	mostTimes  = 10
	mostAgents = 5000
)

// Check says what is wrong with a question, and names the field.
func (q Question) Check() error {
	switch {
	case q.Weeks < 1 || q.Weeks > mostWeeks:
		return invalid("weeks", fmt.Sprintf("1 to %d weeks", mostWeeks))
	case q.Share <= 0 || q.Share >= 1:
		return invalid("share", "the share lies between 0 and 1")
	case q.Target < 0 || q.Target > time.Hour:
		return invalid("target", "the target is an hour at most")
	case q.Calls < 0 || q.Calls > mostTimes:
		return invalid("calls", fmt.Sprintf("up to %d times the calls", mostTimes))
	case q.Handle < 0 || q.Handle > 4*time.Hour:
		return invalid("handle", "a call takes 4h at most")
	case q.Agents < 0 || q.Agents > mostAgents:
		return invalid("agents", fmt.Sprintf("up to %d operators", mostAgents))
	}
	return nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: field + ": " + text}
}

// Quarter is a quarter of an hour of the day.
type Quarter struct {
	Minute int      // of the day, by the clock on the wall
	Load   acd.Load // with those who are on duty
	Needed int      // the fewest with whom the share is answered in time
	// Simulated is what came of it when the distribution itself served the day: what one quarter leaves waiting falls upon the next.
	Simulated acd.Simulated
}

// Clock writes when it begins: "09:45".
func (q Quarter) Clock() string { return fmt.Sprintf("%02d:%02d", q.Minute/60, q.Minute%60) }

// Calls is how many are expected in it.
func (q Quarter) Calls() float64 { return q.Load.PerHour / perHour }

const perHour = 4

// Answer gives the quarters of the day in which calls are expected. None: no call was handled on such days. The errors of [Question.Check].
func Answer(ctx context.Context, from Reader, q Question) ([]Quarter, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	var past []report.Quarter
	for _, day := range report.Weekly(q.Day, q.Weeks) {
		counted, err := from.Quarters(ctx, day, report.Quarters{Counts: counts, Queue: q.Queue, Channel: "voice"})
		if err != nil {
			return nil, err
		}
		past = append(past, counted...)
	}
	plan := q.plan(past)
	shifts := make([]acd.Shift, len(plan))
	for i, p := range plan {
		shifts[i] = acd.Shift{Begin: time.Duration(p.Minute) * time.Minute, Load: p.Load}
	}
	for i, came := range acd.SimulateDay(shifts, seed) {
		plan[i].Simulated = came
	}
	return plan, nil
}

// seed gives the same simulation to the same question.
const seed = 1

var counts = []string{"offered", "handled", "talk", "wrap_up"}

// plan staffs the quarters by what they had. What a call takes is the mean of the hour around its quarter, which has more of them, or of the day.
func (q Question) plan(past []report.Quarter) []Quarter {
	offered, hours, day := map[int]int64{}, map[int]*handled{}, &handled{}
	for _, p := range past {
		at := p.Begin.In(q.Day.Location())
		minute := at.Hour()*60 + at.Minute()
		offered[minute] += p.Counts["offered"]
		if hours[at.Hour()] == nil {
			hours[at.Hour()] = &handled{}
		}
		hours[at.Hour()].add(p.Counts)
		day.add(p.Counts)
	}
	var plan []Quarter
	for minute, n := range offered {
		handle := q.Handle
		if handle == 0 {
			handle = hours[minute/60].mean()
		}
		if handle == 0 {
			handle = day.mean()
		}
		if n == 0 || handle == 0 {
			continue
		}
		load := acd.Load{PerHour: perHour * q.times() * float64(n) / float64(q.Weeks), Handle: handle, Target: q.Target}
		load.Agents = load.Staff(q.Share)
		planned := Quarter{Minute: minute, Needed: load.Agents, Load: load}
		if q.Agents > 0 {
			planned.Load.Agents = q.Agents
		}
		plan = append(plan, planned)
	}
	slices.SortFunc(plan, func(a, b Quarter) int { return a.Minute - b.Minute })
	return plan
}

func (q Question) times() float64 {
	if q.Calls == 0 {
		return 1
	}
	return q.Calls
}

// handled is what calls took.
type handled struct {
	calls int64
	took  time.Duration
}

func (h *handled) add(c report.Counts) {
	h.calls += c["handled"]
	h.took += time.Duration(c["talk"]+c["wrap_up"]) * time.Millisecond
}

func (h *handled) mean() time.Duration {
	if h.calls == 0 {
		return 0
	}
	return h.took / time.Duration(h.calls)
}

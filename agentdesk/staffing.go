package agentdesk

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"okno/internal/fault"
	"okno/internal/staffing"
)

// staffing tells a supervisor how many operators a queue needs in each quarter of an hour of a day, and how a day would go with others.
func (d *Desk) staffing(w http.ResponseWriter, r *http.Request) {
	if !d.mayReports(w, r) {
		return
	}
	q, err := d.staffingQuestion(r.URL.Query())
	var plan []staffing.Quarter
	if err == nil {
		plan, err = staffing.Answer(r.Context(), d.Store, q)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	quarters := make([]object, 0, len(plan))
	for _, p := range plan {
		quarters = append(quarters, object{"from": p.Clock(), "calls": p.Calls(), "handle": p.Load.Handle.Seconds(), "needed": p.Needed, "agents": p.Load.Agents,
			"in_time": p.Load.ErlangC(), "simulated": p.Simulated.InTarget})
	}
	d.answer(w, object{"day": q.Day.Format(time.DateOnly), "quarters": quarters})
}

// mostNumber keeps numbers within what fits everything; NaN is not within it.
const mostNumber = 1e6

// staffingQuestion reads a question as the page writes it; what is left out is the usual.
func (d *Desk) staffingQuestion(asked url.Values) (q staffing.Question, err error) {
	number := func(field string, usual float64) float64 {
		if asked.Get(field) == "" {
			return usual
		}
		n, wrong := strconv.ParseFloat(asked.Get(field), 64)
		if (wrong != nil || !(math.Abs(n) <= mostNumber)) && err == nil {
			err = &fault.Error{Kind: fault.Invalid, Field: field, Text: field + ": a number"}
		}
		return n
	}
	seconds := func(field string, usual float64) time.Duration {
		return time.Duration(number(field, usual) * float64(time.Second))
	}
	y, m, day := d.Clock().In(d.Zone).Date()
	q = staffing.Question{Queue: asked.Get("queue"), Day: time.Date(y, m, day+1, 0, 0, 0, 0, d.Zone), Weeks: int(number("weeks", 4)),
		Share: number("share", 80) / 100, Target: seconds("target", 20),
		WhatIf: staffing.WhatIf{Calls: number("calls", 100) / 100, Handle: seconds("handle", 0), Agents: int(number("agents", 0))}}
	if written := asked.Get("day"); written != "" && err == nil {
		if q.Day, err = time.ParseInLocation(time.DateOnly, written, d.Zone); err != nil {
			err = &fault.Error{Kind: fault.Invalid, Field: "day", Text: "day: a day like 2026-11-28"}
		}
	}
	return q, err
}

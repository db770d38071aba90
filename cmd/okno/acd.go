package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"okno/internal/acd"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

type acdCommand struct {
	Simulate acdSimulate `cmd:"" help:"Have the distribution serve calls that come at random, and compare that with Erlang C."`
	Staff    acdStaff    `cmd:"" help:"Say how many operators a queue needs on a day, hour by hour, by the same days of the last weeks."`
}

type acdSimulate struct {
	PerHour float64       `required:"" help:"Calls an hour, on average."`
	Handle  time.Duration `default:"3m" help:"What a call takes, on average: talk and wrap-up."`
	Agents  int           `required:"" help:"Operators."`
	Target  time.Duration `default:"20s" help:"Within which a call is to be answered."`
	Calls   int           `default:"20000" help:"How many are simulated."`
	Seed    uint64        `default:"1" help:"The same seed gives the same calls."`
}

func (c acdSimulate) Run() error {
	load := acd.Load{PerHour: c.PerHour, Handle: c.Handle, Agents: c.Agents, Target: c.Target}
	if c.PerHour <= 0 || c.Handle <= 0 || c.Agents <= 0 || c.Calls <= 0 || c.PerHour > 100_000 {
		return fmt.Errorf("calls an hour, handling time, operators and calls have to be above 0, and at most 100,000 calls an hour")
	}
	if load.ErlangC() == 0 {
		return fmt.Errorf("%d operators are never done with %.1f hours of work an hour: the queue grows without end", c.Agents, load.Erlangs())
	}
	s := acd.Simulate(load, c.Calls, c.Seed)
	_, err := fmt.Printf("answered within %v: %.1f%% simulated, %.1f%% by Erlang C\nwait: %v on average, %v at most\nbusy: %.1f%% of the time\n",
		c.Target, 100*s.InTarget, 100*load.ErlangC(), s.MeanWait.Round(time.Second), s.LongestWait.Round(time.Second), 100*s.Occupancy)
	return err
}

type acdStaff struct {
	overrides
	Queue  string        `arg:"" help:"The queue."`
	Day    string        `help:"The day, like 2026-11-28; default: tomorrow." placeholder:"DAY"`
	Weeks  int           `default:"4" help:"Of how many weeks the same day is looked at."`
	Share  float64       `default:"0.8" help:"The share of calls that is to be answered in time."`
	Target time.Duration `default:"20s" help:"In time."`
}

func (c acdStaff) Run(ctx context.Context) error {
	if c.Share <= 0 || c.Share >= 1 || c.Weeks < 1 || c.Weeks > 52 {
		return fmt.Errorf("the share has to lie between 0 and 1, the weeks between 1 and 52")
	}
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		zone := cfg.Reports.zone()
		day := time.Now().In(zone).AddDate(0, 0, 1)
		if c.Day != "" {
			var err error
			if day, err = time.ParseInLocation(time.DateOnly, c.Day, zone); err != nil {
				return fmt.Errorf("%q is no day like 2026-11-28", c.Day)
			}
		}
		var past []report.Table
		for week := range c.Weeks {
			written := day.AddDate(0, 0, -7*(week+1)).Format(time.DateOnly)
			q, err := report.Ask(report.Asked{Report: "queues", From: written, To: written, By: "hour",
				Only: map[string]string{"queue": c.Queue, "channel": "voice"}}, zone, time.Now())
			if err != nil {
				return err
			}
			t, err := report.Read(ctx, db, q)
			if err != nil {
				return err
			}
			past = append(past, t)
		}
		return printStaff(os.Stdout, staffOf(past, c.Target, c.Share), day)
	})
}

// staffed is an hour of a day with whoever it needs.
type staffed struct {
	hour string
	load acd.Load
}

// staffOf gives what the hours of some days ask for on average. An hour without a call that was handled is left out.
func staffOf(past []report.Table, target time.Duration, share float64) []staffed {
	hours := map[string]report.Counts{}
	for _, t := range past {
		for _, l := range t.Lines {
			all := hours[l.Key[0]]
			if all == nil {
				all = report.Counts{}
				hours[l.Key[0]] = all
			}
			for name, n := range l.Counts {
				all[name] += n
			}
		}
	}
	var found []staffed
	for hour, c := range hours {
		if c["offered"] == 0 || c["handled"] == 0 {
			continue
		}
		load := acd.Load{PerHour: float64(c["offered"]) / float64(len(past)), Target: target,
			Handle: time.Duration(c["talk"]+c["wrap_up"]) * time.Millisecond / time.Duration(c["handled"])}
		if load.Handle <= 0 {
			continue
		}
		load.Agents = load.Staff(share)
		found = append(found, staffed{hour, load})
	}
	slices.SortFunc(found, func(a, b staffed) int { return compareHours(a.hour, b.hour) })
	return found
}

// compareHours compares hours of the day as reports write them: "9", "14".
func compareHours(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func printStaff(w io.Writer, hours []staffed, day time.Time) error {
	if len(hours) == 0 {
		_, err := fmt.Fprintln(w, "no calls were handled on such days: nothing is known")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%s\nHOUR\tCALLS\tHANDLE\tOPERATORS\tIN TIME\n", day.Format(time.DateOnly))
	for _, h := range hours {
		fmt.Fprintf(out, "%s\t%.1f\t%v\t%d\t%.1f%%\n", h.hour, h.load.PerHour, h.load.Handle.Round(time.Second), h.load.Agents, 100*h.load.ErlangC())
	}
	return out.Flush()
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"okno/internal/acd"
	"okno/internal/postgres/store"
	"okno/internal/staffing"
)

type acdCommand struct {
	Simulate acdSimulate `cmd:"" help:"Have the distribution serve calls that come at random, and compare that with Erlang C."`
	Staff    acdStaff    `cmd:"" help:"Say how many operators a queue needs in each quarter of an hour of a day, by the same days of the last weeks."`
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

	Calls  float64       `help:"What if so many times as many calls came: 1.2 is a fifth more." placeholder:"TIMES"`
	Handle time.Duration `help:"What if a call took so long." placeholder:"TIME"`
	Agents int           `help:"What if so many operators were there all day." placeholder:"N"`
}

func (c acdStaff) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		zone := cfg.Reports.zone()
		day := time.Now().In(zone).AddDate(0, 0, 1)
		if c.Day != "" {
			var err error
			if day, err = time.ParseInLocation(time.DateOnly, c.Day, zone); err != nil {
				return fmt.Errorf("%q is no day like 2026-11-28", c.Day)
			}
		}
		plan, err := staffing.Answer(ctx, db, staffing.Question{Queue: c.Queue, Day: day, Weeks: c.Weeks, Share: c.Share, Target: c.Target,
			WhatIf: staffing.WhatIf{Calls: c.Calls, Handle: c.Handle, Agents: c.Agents}})
		if err != nil {
			return err
		}
		return printStaff(os.Stdout, plan, day)
	})
}

func printStaff(w io.Writer, plan []staffing.Quarter, day time.Time) error {
	if len(plan) == 0 {
		_, err := fmt.Fprintln(w, "no calls were handled on such days: nothing is known")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%s\nFROM\tCALLS\tHANDLE\tNEEDED\tOPERATORS\tIN TIME\tSIMULATED\n", day.Format(time.DateOnly))
	for _, q := range plan {
		fmt.Fprintf(out, "%s\t%.1f\t%v\t%d\t%d\t%.1f%%\t%.1f%%\n", q.Clock(), q.Calls(), q.Load.Handle.Round(time.Second), q.Needed, q.Load.Agents, 100*q.Load.ErlangC(), 100*q.Simulated.InTarget)
	}
	return out.Flush()
}

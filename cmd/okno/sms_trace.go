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

	"okno/internal/message"
	"okno/internal/phone"
	"okno/internal/postgres/store"
)

type smsTrace struct {
	overrides
	Number string `arg:"" help:"The citizen's number, as people write it."`
	Last   int    `default:"20" help:"How many messages of each direction."`
}

func (c smsTrace) Run(ctx context.Context) error {
	number, err := phone.Parse(c.Number)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		mos, segments, err := db.TraceSMS(ctx, number, c.Last, operator())
		if err != nil {
			return err
		}
		return printTrace(os.Stdout, number, mos, segments)
	})
}

// printTrace writes a line for each message from a number and each segment to it, in the order in which they came to be.
func printTrace(w io.Writer, number string, mos []message.MOStatus, segments []message.Status) error {
	if len(mos) == 0 && len(segments) == 0 {
		_, err := fmt.Fprintln(w, "nothing was ever sent to", number, "or came from it")
		return err
	}
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	for _, m := range mos {
		lines = append(lines, line{m.ReceivedAt, fmt.Sprintf("in %d\t\t%s\t%s\t\t\t%s\t%s", m.ID, moState(m), m.Link, took(m.ReceivedAt, m.ProcessedAt), m.Failure)})
	}
	for _, s := range segments {
		lines = append(lines, line{s.QueuedAt, fmt.Sprintf("out %d/%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s",
			s.MT, s.Number, s.Lane, s.State, s.Link, s.MessageID, s.Attempts, took(s.QueuedAt, cmp.Or(s.FinalAt, s.SubmittedAt)), s.Failure)})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "AT\tMESSAGE\tLANE\tSTATE\tLINK\tMESSAGE ID\tATTEMPTS\tTOOK\tFAILURE")
	for _, l := range lines {
		fmt.Fprintf(out, "%s\t%s\n", l.at.Format(time.DateTime), l.text)
	}
	return out.Flush()
}

func moState(m message.MOStatus) string {
	switch {
	case m.ProcessedAt == nil:
		return "waits"
	case m.Flood:
		return "over the limit"
	case m.Incomplete:
		return "heard, incomplete"
	}
	return "heard"
}

// took is how long after it came to be a message got so far; "" while it has got nowhere.
func took(from time.Time, to *time.Time) string {
	if to == nil {
		return ""
	}
	return max(to.Sub(from), 0).Round(time.Millisecond).String()
}

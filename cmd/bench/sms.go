package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"

	"okno/sms/smstest"
)

// window is how many submits each gateway may leave unanswered; flight is how many citizens wait for a reply at once
// when throughput is measured.
const (
	window = 100
	flight = 400
)

// gateway is what is measured: it binds to an SMSC, answers messages and drains a backlog.
type gateway interface {
	name() string
	// start gives a gateway that binds to the SMSC at the port; stop ends all of it.
	start(ctx context.Context, folder string, smsc int) error
	stop() error
	// askReceipts has it ask for receipts of notices, or not.
	askReceipts(ctx context.Context, ask bool) error
	// send has n notices sent, to the numbers that number gives.
	send(ctx context.Context, n int, number func(int) string) error
	// question is what the i-th citizen asks.
	question(i int) string
	// cpu is the processor time that it has used; memory the most that it has held, in bytes.
	cpu() (time.Duration, error)
	memory() (int64, error)
}

type result struct {
	gateway      string
	replies      float64 // a second
	replyCPU     time.Duration
	latencies    []latency
	day          time.Duration
	drains       [2]drained // in the order of asked
	memory, full int64      // bytes, before and after a backlog
}

// asked is with which receipts a backlog is drained.
var asked = [2]bool{false, true}

func benchSMS(ctx context.Context, f flags, folder string) error {
	var results []result
	for _, g := range []gateway{&okno{program: f.Okno}, &kannel{}} {
		if len(f.Only) > 0 && !slices.Contains(f.Only, g.name()) {
			continue
		}
		r, err := measure(ctx, f, folder, g)
		if err != nil {
			return fmt.Errorf("%s: %w", g.name(), err)
		}
		results = append(results, r)
	}
	return report(f, results)
}

func measure(ctx context.Context, f flags, folder string, g gateway) (r result, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	town := newTown()
	smsc := smstest.New(smstest.Config{Window: flight, Judge: town.judge, Told: town.told, Log: zerolog.Nop()})
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- smsc.Serve(serving, listener) }()
	defer func() { stop(); err = errors.Join(err, <-served) }()

	// Stopped also when it has started only in part.
	defer func() { err = errors.Join(err, g.stop()) }()
	if err := g.start(ctx, folder, listener.Addr().(*net.TCPAddr).Port); err != nil {
		return r, err
	}
	town.smsc, town.question = smsc, g.question
	r.gateway = g.name()
	if err := town.warmUp(ctx); err != nil {
		return r, err
	}
	r.replyCPU, err = using(g, func() (err error) { r.replies, err = town.talk(ctx, f.Messages); return err })
	if err != nil {
		return r, err
	}
	for _, rate := range f.Rates {
		l, err := town.talkAt(ctx, rate, f.During)
		if err != nil {
			return r, err
		}
		r.latencies = append(r.latencies, l)
	}
	if f.Day > 0 {
		perSecond, err := town.talk(ctx, f.Day)
		if err != nil {
			return r, err
		}
		r.day = time.Duration(float64(f.Day) / perSecond * float64(time.Second))
	}
	if r.memory, err = g.memory(); err != nil {
		return r, err
	}
	for i, ask := range asked {
		if err := g.askReceipts(ctx, ask); err != nil {
			return r, err
		}
		if err := town.warmUp(ctx); err != nil {
			return r, err
		}
		if r.drains[i], err = town.listen(ctx, f.Messages, ask, g); err != nil {
			return r, err
		}
	}
	if f.Backlog == 0 {
		return r, nil
	}
	if _, err := town.listen(ctx, f.Backlog, true, g); err != nil {
		return r, err
	}
	r.full, err = g.memory()
	return r, err
}

// using gives the processor time that a gateway spends on fn.
func using(g gateway, fn func() error) (time.Duration, error) {
	before, err := g.cpu()
	if err != nil {
		return 0, err
	}
	if err := fn(); err != nil {
		return 0, err
	}
	after, err := g.cpu()
	return after - before, err
}

func report(f flags, results []result) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, value func(result) string) {
		fmt.Fprint(out, name, "\t")
		for _, r := range results {
			fmt.Fprint(out, value(r), "\t")
		}
		fmt.Fprintln(out)
	}
	per10k := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*10_000/float64(f.Messages)) }
	row("", func(r result) string { return r.gateway })
	row("MO to reply, replies/s", func(r result) string { return fmt.Sprintf("%.0f", r.replies) })
	row("  CPU s per 10,000", func(r result) string { return per10k(r.replyCPU) })
	for i, rate := range f.Rates {
		row(fmt.Sprintf("  at %d/s: p50 / p99 ms", rate), func(r result) string { return r.latencies[i].String() })
	}
	if f.Day > 0 {
		row(fmt.Sprintf("  %d of them", f.Day), func(r result) string { return r.day.Round(time.Second).String() })
	}
	for i, name := range []string{"MT drain, segments/s", "MT drain with receipts, segments/s"} {
		row(name, func(r result) string { return fmt.Sprintf("%.0f", r.drains[i].perSecond) })
		row("  CPU s per 10,000", func(r result) string { return per10k(r.drains[i].cpu) })
	}
	if f.Backlog > 0 {
		megabytes := func(bytes int64) string { return fmt.Sprintf("%.0f", float64(bytes)/1e6) }
		row("memory, MB", func(r result) string { return megabytes(r.memory) })
		row(fmt.Sprintf("  after a backlog of %d", f.Backlog), func(r result) string { return megabytes(r.full) })
	}
	return out.Flush()
}

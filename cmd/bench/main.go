// Command bench measures Okno on this machine, beside what is used today, and prints one table. scripts/bench runs it. It
// starts what it needs on loopback ports in a folder of its own, and ends it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	Name       string        `arg:"" optional:"" default:"sms" enum:"sms,otp,cases,desk,page,voice,echo" help:"What to measure: sms, otp (one-time passwords) or cases, both beside pgbench, desk, page (the desk's page in Chromium), or voice, beside a menu of Asterisk's own. echo is the bare server that stands beside desk."`
	Okno       string        `required:"" help:"The program okno." type:"existingfile"`
	Messages   int           `default:"30000" help:"How many for a measure of throughput."`
	Rates      []int         `default:"500,1000,2000" help:"Messages, or verifications, a second for the measures of latency."`
	During     time.Duration `default:"6s" help:"How long each of those takes."`
	Backlog    int           `help:"Also send so many at once, and tell how much memory that takes: 1000000, say."`
	Day        int           `help:"Also have so many answered in one go, and tell how long that takes: 2000000 is what all agencies of the country ask each other in a day."`
	Cases      int           `default:"1000000" help:"How many cases there are; half as many citizens."`
	Only       []string      `enum:"okno,kannel,calls,whole,talks" help:"Measure only these: okno, kannel; of voice calls, whole (calls), talks."`
	CallLength time.Duration `help:"How long whole calls are: as long as what is said takes, if it is left out."`
	CallRate   int           `default:"4" help:"How many whole calls begin in a second."`
	Desks      int           `default:"10000" help:"How many desks are connected."`
	Listen     string        `hidden:"" help:"Where echo listens."`
}

func main() {
	var f flags
	debug.SetGCPercent(400) // as in okno: what the SMSC collects is time that no gateway has
	kong.Parse(&f, kong.Name("bench"), kong.Description("Measures Okno on this machine."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	if err := run(ctx, f); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags) (err error) {
	folder, err := os.MkdirTemp("", "okno-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // Postgres runs as another user
		return err
	}
	switch f.Name {
	case "otp":
		return benchOTP(ctx, f, folder)
	case "cases":
		return benchCases(ctx, f, folder)
	case "desk":
		return benchDesk(ctx, f, folder)
	case "page":
		return benchPage(ctx, f, folder)
	case "voice":
		return benchVoice(ctx, f, folder)
	case "echo":
		return serveEcho(ctx, f.Listen)
	}
	return benchSMS(ctx, f, folder)
}

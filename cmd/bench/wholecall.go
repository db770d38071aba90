package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

const (
	wholeRate  = 4                // whole calls that begin in a second
	wholeFor   = 20 * time.Second // how long they go on to begin
	leastWhole = 0.9              // of the menu's packets, else it was not heard
)

// wholeCall is a call as citizens make it: they hear what is said first to its end, press the key, hear the menu to its end and hang up. Their telephones
// send sound all the while, as telephones do.
func (s *switchboard) wholeCall(ctx context.Context, number string) (time.Duration, error) {
	c, err := dial(ctx, s.asterisk.SIP(), number, int(s.next.Add(1)))
	if err != nil {
		return 0, err
	}
	p := &person{caller: c}
	defer p.end()
	took, err := s.key(c, s.first+callPatience, func() error { return p.speakFor(ctx, s.says, s.first) })
	if err != nil {
		return 0, err
	}
	p.all.Go(p.sound.listen)
	if err := p.speakFor(ctx, s.says, s.menu); err != nil {
		return 0, err
	}
	if heard, said := p.sound.heard.Load(), s.menu/packetLength; float64(heard) < leastWhole*float64(said) {
		return 0, fmt.Errorf("%d of %d packets of the menu were heard", heard, said)
	}
	return took, nil
}

func (s *switchboard) benchWholeCalls(ctx context.Context) error {
	own, plain, err := inTurns(func(number string) (voiceLoad, error) { return s.load(ctx, number, wholeRate, wholeFor, s.wholeCall) })
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "whole calls of %.0f s\tokno\tdialplan\tokno ÷ dialplan\t\n", (s.first + s.menu).Seconds())
	reportCalls(out, wholeRate, own, plain)
	return out.Flush()
}

package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

const (
	wholeFor   = 20 * time.Second // how long they go on to begin
	leastWhole = 0.9              // of the menu's packets, else it was not heard
)

// lengths are how long a caller hears what is said first, and the menu: to their ends, or in a call of a length one half of it each.
func (s *switchboard) lengths() (first, menu time.Duration) {
	if s.length == 0 {
		return s.first, s.menu
	}
	first = min(s.first, s.length/2)
	return first, min(s.menu, s.length-first)
}

// wholeCall is a call as citizens make it: they hear what is said first, press the key, hear the menu and hang up. Their telephones send sound all
// the while, as telephones do.
func (s *switchboard) wholeCall(ctx context.Context, number string) (time.Duration, error) {
	c, err := dial(ctx, s.asterisk.SIP(), number, int(s.next.Add(1)))
	if err != nil {
		return 0, err
	}
	first, menu := s.lengths()
	p := &person{caller: c}
	defer p.end()
	took, err := s.key(c, first+callPatience, func() error { return p.speakFor(ctx, s.says, first) })
	if err != nil {
		return 0, err
	}
	p.all.Go(p.sound.listen)
	if err := p.speakFor(ctx, s.says, menu); err != nil {
		return 0, err
	}
	if heard, said := p.sound.heard.Load(), menu/packetLength; float64(heard) < leastWhole*float64(said) {
		return 0, fmt.Errorf("%d of %d packets of the menu were heard", heard, said)
	}
	return took, nil
}

func (s *switchboard) benchWholeCalls(ctx context.Context, f flags) error {
	s.length = f.CallLength
	own, plain, err := inTurns(func(number string) (voiceLoad, error) { return s.load(ctx, number, f.CallRate, wholeFor, s.wholeCall) })
	if err != nil {
		return err
	}
	first, menu := s.lengths()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "whole calls of %.0f s\tokno\tdialplan\tokno ÷ dialplan\t\n", (first + menu).Seconds())
	reportCalls(out, f.CallRate, own, plain)
	return out.Flush()
}

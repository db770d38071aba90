package otp

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/job"
)

// Tally is what came of passwords that have ended or expired.
type Tally struct {
	Sent, Delivered, Undelivered, Verified int
}

// Share is which part of the passwords was verified, between 0 and 1.
func (t Tally) Share() float64 {
	if t.Sent == 0 {
		return 0
	}
	return float64(t.Verified) / float64(t.Sent)
}

// The rule by which passwords are held. SMS are pumped by somebody who has a portal send codes to numbers of an operator who shares
// the fee: nobody types them in, so the verified share falls.
const (
	pumpLeast   = 30   // passwords of the last hour, before which no share tells anything
	pumpPast    = 200  // passwords of the past, from which on it is a client's own usual share
	pumpNewborn = 0.20 // is taken for the usual share without a past: far below any portal's
	pumpDrop    = 0.5  // of the usual share: below that, for certain, is a fall
	pumpSure    = 2.58 // standard deviations, 99 %
)

// HoldFor is how long passwords are held, unless somebody lifts the block before.
const HoldFor = time.Hour

// Pumped says whether so few of the recent passwords of a client to a prefix were verified, beside its own past, that it is no
// accident: even the upper bound of the share (Wilson's interval) lies below half of the usual one.
func Pumped(past, recent Tally) bool {
	if recent.Sent < pumpLeast {
		return false
	}
	usual := pumpNewborn
	if past.Sent >= pumpPast {
		usual = past.Share()
	}
	return upperBound(recent) < pumpDrop*usual
}

// upperBound is that of the true share, by Wilson's score interval.
func upperBound(t Tally) float64 {
	n, p := float64(t.Sent), t.Share()
	z2 := pumpSure * pumpSure
	return (p + z2/(2*n) + pumpSure*math.Sqrt(p*(1-p)/n+z2/(4*n*n))) / (1 + z2/n)
}

// Watched is a client's passwords to a prefix, of the last hour and of the week before.
type Watched struct {
	Client, Prefix string
	Past, Recent   Tally
}

// reason says why passwords are held, for a log and a terminal.
func (w Watched) reason() string {
	return fmt.Sprintf("%d of %d verified in the last hour, %d of %d in the week before", w.Recent.Verified, w.Recent.Sent, w.Past.Verified, w.Past.Sent)
}

// Watch is the job that looks for pumping.
type Watch struct{}

// Kind names it.
func (Watch) Kind() string { return "otp.watch" }

// WatchPeriod is how often it runs.
const WatchPeriod = time.Minute

// WatchStore keeps what came of passwords.
type WatchStore interface {
	// CountPasswords brings the counts of the last two hours up to date.
	CountPasswords(ctx context.Context, now time.Time) error
	// WatchedPasswords gives the clients and prefixes with passwords in the last hour, since the last block of each was over.
	WatchedPasswords(ctx context.Context, now time.Time) ([]Watched, error)
	// HoldPasswords holds a client's passwords to a prefix, unless they are held already: a row in the journal and an event.
	HoldPasswords(ctx context.Context, w Watched, reason string, now, until time.Time) (held bool, err error)
}

// Watcher does the job [Watch].
type Watcher struct {
	store WatchStore
	clock func() time.Time
	log   zerolog.Logger
}

// NewWatcher takes its parts.
func NewWatcher(store WatchStore, clock func() time.Time, log zerolog.Logger) *Watcher {
	return &Watcher{store, clock, log}
}

// Kind is the job, with its handler.
func (w *Watcher) Kind() job.Kind { return job.On(w.Watch).Periodic(WatchPeriod) }

// Watch counts, and holds the passwords of whoever is pumped.
func (w *Watcher) Watch(ctx context.Context, _ Watch) error {
	now := w.clock()
	if err := w.store.CountPasswords(ctx, now); err != nil {
		return err
	}
	watched, err := w.store.WatchedPasswords(ctx, now)
	if err != nil {
		return err
	}
	for _, one := range watched {
		if !Pumped(one.Past, one.Recent) {
			continue
		}
		reason := one.reason()
		held, err := w.store.HoldPasswords(ctx, one, reason, now, now.Add(HoldFor))
		if err != nil {
			return err
		}
		if held {
			w.log.Error().Str("client", one.Client).Str("prefix", one.Prefix).Str("reason", reason).Msg("passwords held: they are pumped")
		}
	}
	return nil
}

// ReportLine is a line of the report: what came of a client's passwords to a prefix by a route.
type ReportLine struct {
	Client, Prefix, Route string
	Tally
}

// Block is a client's passwords to a prefix that are held, or were.
type Block struct {
	Client, Prefix, Reason string
	BeganAt, Until         time.Time
	LiftedAt               time.Time
	LiftedBy               string
	Recent, Past           Tally // what was verified of what was sent when they were held; none sent: from before this was kept
}

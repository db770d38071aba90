package cases

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/calendar"
)

// ClockStore keeps the times of cases. Several timekeepers may work at once: each takes cases that no other has.
type ClockStore interface {
	Calendars(ctx context.Context) (calendar.Set, error)
	RuleFile(ctx context.Context) (RuleFile, error)
	// KeepClocks counts the times of up to so many cases that changed, and gives how many there were.
	KeepClocks(ctx context.Context, set calendar.Set, rules Rules, most int) (int, error)
	// Escalate does what is due of up to so many cases, and gives of how many.
	Escalate(ctx context.Context, set calendar.Set, rules Rules, now time.Time, most int) (int, error)
}

// Timekeeper keeps the times of cases, and escalates them.
type Timekeeper struct {
	store ClockStore
	hints <-chan struct{} // that a case has changed; nil: it only polls
	clock func() time.Time
	log   zerolog.Logger
}

// NewTimekeeper takes its parts.
func NewTimekeeper(store ClockStore, hints <-chan struct{}, clock func() time.Time, log zerolog.Logger) *Timekeeper {
	return &Timekeeper{store, hints, clock, log}
}

// How often a timekeeper looks, and of how many cases it keeps the times in one transaction.
const (
	timekeeping = 2 * time.Second
	timedAtOnce = 200
)

// Run keeps times until ctx ends.
func (k *Timekeeper) Run(ctx context.Context) error {
	ticker := time.NewTicker(timekeeping)
	defer ticker.Stop()
	for {
		if err := k.Keep(ctx); err != nil && ctx.Err() == nil {
			k.log.Warn().Err(err).Msg("times of cases not kept")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.hints:
		case <-ticker.C:
		}
	}
}

// Keep does all that is to be done now.
func (k *Timekeeper) Keep(ctx context.Context) error {
	set, err := k.store.Calendars(ctx)
	if err != nil {
		return err
	}
	file, err := k.store.RuleFile(ctx)
	if err != nil {
		return err
	}
	rules, err := file.Compile()
	if err != nil {
		return err
	}
	for n := timedAtOnce; n == timedAtOnce; {
		if n, err = k.store.KeepClocks(ctx, set, rules, timedAtOnce); err != nil {
			return err
		}
	}
	for n := timedAtOnce; n == timedAtOnce; {
		if n, err = k.store.Escalate(ctx, set, rules, k.clock(), timedAtOnce); err != nil {
			return err
		}
	}
	return nil
}

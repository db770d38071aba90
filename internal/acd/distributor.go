package acd

import (
	"context"
	"time"

	"github.com/rs/zerolog"
)

// Store keeps contacts and offers. Each method is one transaction, and is safe to call from any number of nodes.
type Store interface {
	// Offer proposes the contact that has waited longest to the agent who has been idle longest, of those that fit
	// each other. It says whether there was such a pair.
	Offer(ctx context.Context) (offered bool, err error)
	// ExpireOffers gives contacts whose offer was not answered back to the front of their queue, and pauses the agents
	// (RONA). It gives their number.
	ExpireOffers(ctx context.Context) (int, error)
	// EndWrapUps ends wrap-ups that took too long. It gives their number.
	EndWrapUps(ctx context.Context) (int, error)
	// Unserved gives the interactions that wait in queues which nobody serves any more.
	Unserved(ctx context.Context) ([]int64, error)
}

// Nobody tells a citizen who waits that nobody will come, and how it goes on.
type Nobody func(ctx context.Context, interaction int64) error

// Distributor keeps contacts moving to agents.
type Distributor struct {
	store  Store
	nobody Nobody
	hints  <-chan struct{}
	log    zerolog.Logger
}

// NewDistributor takes hints that a contact or an agent changed.
func NewDistributor(store Store, nobody Nobody, hints <-chan struct{}, log zerolog.Logger) *Distributor {
	return &Distributor{store: store, nobody: nobody, hints: hints, log: log}
}

// Run distributes until ctx ends. The poll is what a lost hint costs, and the precision of time limits.
func (d *Distributor) Run(ctx context.Context) error {
	const poll = 500 * time.Millisecond
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	down := false
	for {
		err := d.round(ctx)
		if err != nil && ctx.Err() == nil && !down {
			d.log.Warn().Err(err).Msg("distribution waits for the database")
		}
		down = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-d.hints:
		case <-ticker.C:
		}
	}
}

func (d *Distributor) round(ctx context.Context) error {
	if _, err := d.store.ExpireOffers(ctx); err != nil {
		return err
	}
	if _, err := d.store.EndWrapUps(ctx); err != nil {
		return err
	}
	unserved, err := d.store.Unserved(ctx)
	if err != nil {
		return err
	}
	for _, interaction := range unserved {
		if err := d.nobody(ctx, interaction); err != nil {
			d.log.Warn().Err(err).Int64("interaction", interaction).Msg("citizen waits for nobody")
		}
	}
	for {
		offered, err := d.store.Offer(ctx)
		if err != nil || !offered {
			return err
		}
	}
}

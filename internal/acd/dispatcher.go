package acd

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/lease"
)

// Store tells what stands.
type Store interface {
	DistributionSnapshot(ctx context.Context) (Snapshot, error)
}

// Floor does what was decided. Each part is a transaction, or several, that pass the dispatcher's fence; what no longer stands as
// the decision saw it is passed over.
type Floor interface {
	MakeOffers(ctx context.Context, l lease.Lease, offers []Offer) error
	ExpireOffers(ctx context.Context, l lease.Lease, offers []OpenOffer) error
	EndWrapUps(ctx context.Context, l lease.Lease, contacts []int64) error
	GiveUp(ctx context.Context, l lease.Lease, contact int64) error
	ExpireOrder(ctx context.Context, l lease.Lease, order string) error
	ReturnContacts(ctx context.Context, l lease.Lease, agent int64) error
}

// LeaseName is the dispatcher's lease: one node distributes at a time, any node next.
const LeaseName = "acd"

const (
	// poll is what a lost hint costs, and the precision of deadlines.
	poll = 500 * time.Millisecond
	// outage is how long the store may not answer before what passed meanwhile is forgiven.
	outage = 2 * time.Second
	// grace is the time after an outage within which nobody is late: agents answer what they could not answer.
	grace = 5 * time.Second
)

// Dispatcher decides, round after round.
type Dispatcher struct {
	keeper *lease.Keeper
	store  Store
	floor  Floor
	hints  <-chan struct{}
	log    zerolog.Logger

	seen       time.Time // the last round that read the store, by this process's clock
	graceUntil time.Time // by the store's clock
}

// NewDispatcher takes hints that a contact or an agent changed. Run runs it under keeper's lease, which is that of [LeaseName].
func NewDispatcher(keeper *lease.Keeper, store Store, floor Floor, hints <-chan struct{}, log zerolog.Logger) *Dispatcher {
	return &Dispatcher{keeper: keeper, store: store, floor: floor, hints: hints, log: log}
}

// Run distributes until ctx ends, whenever this node has the lease.
func (d *Dispatcher) Run(ctx context.Context) error { return d.keeper.Run(ctx, d.serve) }

func (d *Dispatcher) serve(ctx context.Context, held lease.Lease) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	d.seen = time.Time{} // whoever distributed before may have been away for any time
	down := false
	for {
		err := d.round(ctx, held)
		if err != nil && ctx.Err() == nil && !down {
			d.log.Warn().Err(err).Msg("distribution waits for the store")
		}
		down = err != nil
		select {
		case <-ctx.Done():
			return
		case <-d.hints:
		case <-ticker.C:
		}
	}
}

// round decides once. One contact that cannot be moved holds up nothing else.
func (d *Dispatcher) round(ctx context.Context, held lease.Lease) error {
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s, err := d.store.DistributionSnapshot(limited)
	if err != nil {
		return err
	}
	now := time.Now()
	if now.Sub(d.seen) > outage {
		d.graceUntil = s.Now.Add(grace)
	}
	d.seen = now
	decision := Decide(s, d.graceUntil)
	failed := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			d.log.Warn().Err(err).Msg(what)
		}
	}
	if len(decision.Expire) > 0 {
		failed("offers not expired", d.floor.ExpireOffers(limited, held, decision.Expire))
	}
	for _, agent := range decision.Absent {
		failed("contacts of an absent agent not returned", d.floor.ReturnContacts(limited, held, agent))
	}
	if len(decision.File) > 0 {
		failed("wrap-ups not ended", d.floor.EndWrapUps(limited, held, decision.File))
	}
	if len(decision.Offers) > 0 {
		failed("offers not made", d.floor.MakeOffers(limited, held, decision.Offers))
	}
	for _, order := range decision.Orders {
		failed("order to a call not expired", d.floor.ExpireOrder(limited, held, order))
	}
	for _, contact := range decision.GiveUp {
		failed("contact not given up", d.floor.GiveUp(limited, held, contact))
	}
	return nil
}

package lease

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
)

// The times of a lease. A holder stops a margin before its lease can have run out by its own clock, which is read before the store is asked. Whoever
// wants a lease tries more often than its holder renews it: what was served goes on elsewhere within ten seconds of a node's death.
const (
	Length = 8 * time.Second
	Renew  = 2 * time.Second
	Try    = time.Second
	Margin = time.Second
)

// Keeper holds one lease for this process, and serves while it holds it.
type Keeper struct {
	store Store
	lease Lease
	log   zerolog.Logger
	now   func() time.Time
	// Told is called after each try: held, or the error of the store. May be nil.
	Told func(held bool, err error)
}

// NewKeeper makes the keeper of a lease for a node; the process is a new instance of it.
func NewKeeper(store Store, name, node string, log zerolog.Logger) *Keeper {
	return &Keeper{store: store, lease: Lease{Name: name, Holder: node, Instance: uuid.NewString()}, now: time.Now,
		log: log.With().Str("lease", name).Logger()}
}

// Run tries to hold the lease until ctx ends, and calls serve each time it has it. serve's context ends when the lease is lost, with
// [ErrFenced] as its cause, and Run waits for serve before it tries again. A serve that returns by itself gives the lease up for a while.
// [ErrNamesake] ends Run for good.
func (k *Keeper) Run(ctx context.Context, serve func(ctx context.Context, held Lease)) error {
	try := time.NewTicker(Try)
	defer try.Stop()
	for {
		asked := k.now()
		k.lease.Fence = 0 // a fresh try: an earlier instance of this node may be followed
		fence, held, _, err := k.acquire(ctx, Renew)
		if k.Told != nil && ctx.Err() == nil {
			k.Told(held, err)
		}
		if held {
			k.lease.Fence = fence
			if err := k.hold(ctx, asked, serve); err != nil {
				return err
			}
		}
		select {
		case <-try.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// hold serves as long as the lease is ours.
func (k *Keeper) hold(ctx context.Context, asked time.Time, serve func(context.Context, Lease)) (fatal error) {
	serving, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		serve(serving, k.lease)
	}()
	lapses := asked.Add(Length - Margin)
	lapse := time.NewTimer(lapses.Sub(k.now()))
	defer lapse.Stop()
	renew := time.NewTicker(Renew)
	defer renew.Stop()
	var resigned bool
	for lost := false; !lost; {
		select {
		case <-ended:
			k.log.Warn().Msg("lease given up")
			lost, resigned = true, ctx.Err() == nil
		case <-ctx.Done():
			lost = true
		case <-lapse.C:
			k.log.Error().Msg("lease ran out: the store did not answer in time")
			lost = true
		case <-renew.C:
			asked := k.now()
			// a store that does not answer must not hold up the end
			fence, held, holder, err := k.acquire(ctx, min(Renew, lapses.Sub(asked)))
			switch {
			case held && fence == k.lease.Fence:
				lapses = asked.Add(Length - Margin)
				lapse.Reset(lapses.Sub(k.now()))
			case err == nil:
				k.log.Error().Str("holder", holder.Holder).Msg("lease went to another holder")
				if holder.Holder == k.lease.Holder {
					fatal = ErrNamesake
				}
				lost = true
			case ctx.Err() == nil:
				k.log.Warn().Err(err).Msg("lease not prolonged")
			}
		}
	}
	stop(ErrFenced)
	<-ended
	if fatal == nil {
		releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := k.store.ReleaseLease(releasing, k.lease); err != nil {
			k.log.Warn().Err(err).Msg("lease kept until it runs out")
		}
	}
	if resigned { // whoever serve gave way to has the first try
		pause := time.NewTimer(Length)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
	return fatal
}

func (k *Keeper) acquire(ctx context.Context, within time.Duration) (int64, bool, Lease, error) {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return k.store.AcquireLease(limited, k.lease, Length)
}

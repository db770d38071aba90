package exchange

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/dialogue"
	"okno/internal/job"
)

// Followed is a fee that a citizen got a link to pay for.
type Followed struct {
	ID          int64
	Interaction int64
	Fee         Fee
	Number      string // E.164, where the citizen is told
	ToldAt      time.Time
}

// ErrNoFee says that a fee is followed no more.
var ErrNoFee = errors.New("there is no such fee to follow")

// How fees are followed: the pauses between two questions; after the last the agency is asked as often, until Patience is over.
var followPauses = []time.Duration{2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}

// FollowPause is how long after the link, or after the question before, an agency is asked whether a fee is paid.
func FollowPause(since time.Duration) time.Duration {
	for _, pause := range followPauses {
		if since < 3*pause {
			return pause
		}
	}
	return followPauses[len(followPauses)-1]
}

// FeeStore keeps fees.
type FeeStore interface {
	FeeToFollow(ctx context.Context, id int64) (Followed, error)
	Endpoint(ctx context.Context, agency string) (Endpoint, error)
}

// FeeWork is what the end of a fee is in one transaction.
type FeeWork interface {
	casework.Work
	SettleFee(ctx context.Context, id int64, state string, at time.Time) (bool, error)
}

// FeeNotices writes what citizens are told of fees unasked.
type FeeNotices interface {
	Paid(l dialogue.Language, f Fee) string
}

// FeeTelling sends a notice to a number.
type FeeTelling interface {
	NotifyNumber(ctx context.Context, w casework.Work, number string, lifetime time.Duration, text func(dialogue.Language) string) (cases.Told, error)
}

// Follower asks agencies whether what citizens got links for is paid.
type Follower struct {
	store   FeeStore
	units   func(ctx context.Context, fn func(FeeWork) error) error
	notices FeeNotices
	telling FeeTelling
	client  *http.Client
	clock   func() time.Time
	log     zerolog.Logger
}

// NewFollower takes its parts; transport is nil for the usual one.
func NewFollower(store FeeStore, units func(ctx context.Context, fn func(FeeWork) error) error, n FeeNotices, t FeeTelling,
	transport http.RoundTripper, clock func() time.Time, log zerolog.Logger) *Follower {
	client := &http.Client{Transport: transport, Timeout: answerWithin, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Follower{store, units, n, t, client, clock, log}
}

// Follow asks once, and again later while the fee is not paid.
func (f *Follower) Follow(ctx context.Context, j job.FollowFee) error {
	followed, err := f.store.FeeToFollow(ctx, j.Fee)
	if errors.Is(err, ErrNoFee) {
		return nil
	}
	if err != nil {
		return err
	}
	endpoint, err := f.store.Endpoint(ctx, followed.Fee.Agency)
	if err != nil {
		return err
	}
	now := f.clock()
	answer, err := ask(ctx, f.client, endpoint, "okno_fee_"+now.UTC().Format("20060102T150405.000000000"),
		Asked{Type: FeesAsked, Timestamp: now.UTC(), Data: AskedData{Fee: followed.Fee.ID}})
	if err != nil {
		f.log.Warn().Str("agency", followed.Fee.Agency).Int64("fee", j.Fee).Str("problem", err.Error()).Msg("fee not followed")
	}
	for _, fee := range answer.Fees {
		if fee.ID == followed.Fee.ID && fee.Paid {
			return f.settle(ctx, followed, "paid")
		}
	}
	since := now.Sub(followed.ToldAt)
	if since > Patience {
		return f.settle(ctx, followed, "unknown")
	}
	return job.Later(FollowPause(since))
}

// settle notes the end, and tells the citizen once that the money came.
func (f *Follower) settle(ctx context.Context, followed Followed, state string) error {
	return f.units(ctx, func(w FeeWork) error {
		first, err := w.SettleFee(ctx, followed.ID, state, f.clock())
		if err != nil || !first || state != "paid" || followed.Number == "" {
			return err
		}
		_, err = f.telling.NotifyNumber(ctx, w, followed.Number, Patience, func(l dialogue.Language) string { return f.notices.Paid(l, followed.Fee) })
		return err
	})
}

package notification

import (
	"context"
	"slices"
	"time"

	"okno/internal/job"
)

// FollowWork is what the follower does in one transaction.
type FollowWork interface {
	// FollowNotifications looks at the outcomes of up to most messages by themselves that are due, tells the clients of those that are over, and
	// gives how many it looked at. next says when one is looked at again; zero: it is over.
	FollowNotifications(ctx context.Context, most int, now time.Time, next func(o One, expires time.Time) time.Time) (int, error)
}

// Follower tells clients of the end of messages by themselves. Of lists it is told once that they have ended.
type Follower struct {
	units func(ctx context.Context, fn func(FollowWork) error) error
	clock func() time.Time
}

// NewFollower takes its parts.
func NewFollower(units func(ctx context.Context, fn func(FollowWork) error) error, clock func() time.Time) *Follower {
	return &Follower{units, clock}
}

// Following is how often messages that are due are looked at.
const Following = 10 * time.Second

// Pauses between two looks at one message: an eighth of its age, so that one that waits for the morning costs little.
const (
	shortestPause = 5 * time.Second
	longestPause  = 5 * time.Minute
	followAtOnce  = 500
)

// Follow does the job.
func (f *Follower) Follow(ctx context.Context, _ job.FollowNotifications) error {
	now := f.clock()
	for n := followAtOnce; n == followAtOnce; {
		err := f.units(ctx, func(w FollowWork) (err error) {
			n, err = w.FollowNotifications(ctx, followAtOnce, now, func(o One, expires time.Time) time.Time { return nextLook(o, expires, now) })
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// nextLook says when a message is looked at again; zero: nothing more becomes of it. One whose receipt never comes is over as it stands, a day
// after it was worth sending.
func nextLook(o One, expires, now time.Time) time.Time {
	if slices.Contains([]Standing{Delivered, Failed, StoppedOne, Skipped}, o.State) || !now.Before(expires.Add(lateReceipts)) {
		return time.Time{}
	}
	return now.Add(min(max(now.Sub(o.CreatedAt)/8, shortestPause), longestPause))
}

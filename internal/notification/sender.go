package notification

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/job"
)

// The lane of notices is given so much of a list at once, and the next once what waits there was submitted: so a stop finds little to
// withdraw, and lists share the lane.
const (
	Window    = 2000
	batchSize = 500
	page      = 2000
)

// How often a list is looked at: while it is being sent, and while receipts are awaited.
const (
	whileSending = time.Second
	whileWaiting = 10 * time.Second
	lateReceipts = 24 * time.Hour // after a list has expired, no receipt is awaited any more
)

// Tick is what one look at a list did and found.
type Tick struct {
	List     List
	Waiting  bool // there are messages that were not queued
	Queued   int  // messages in the lane, not submitted yet
	Awaiting bool // there are messages without an outcome
}

// SenderWork is what the sender does in one transaction.
type SenderWork interface {
	// TickNotifications keeps others from a list, looks at the outcomes of a page of its messages, and gives how it stands. [ErrUnknown].
	TickNotifications(ctx context.Context, list int64, page int, now time.Time) (Tick, error)
	// QueueNotifications gives up to n messages to the lane of notices, and how many there were.
	QueueNotifications(ctx context.Context, list int64, n int, expires time.Time) (int, error)
	// EraseNotifications lets up to n messages that were not queued end, and erases their texts; it gives how many there were.
	EraseNotifications(ctx context.Context, list int64, n int) (int, error)
	EndNotificationList(ctx context.Context, list int64, now time.Time) error
}

// Sender does the job [job.SendNotifications].
type Sender struct {
	units func(ctx context.Context, fn func(SenderWork) error) error
	clock func() time.Time
	log   zerolog.Logger
}

// NewSender takes its parts.
func NewSender(units func(ctx context.Context, fn func(SenderWork) error) error, clock func() time.Time, log zerolog.Logger) *Sender {
	return &Sender{units, clock, log}
}

// Send goes on with a list: it queues what there is room for, and looks what became of what was queued.
func (s *Sender) Send(ctx context.Context, args job.SendNotifications) error {
	for {
		again, later, err := s.step(ctx, args.List)
		switch {
		case errors.Is(err, ErrUnknown):
			return nil
		case err != nil:
			return err
		case later > 0:
			return job.Later(later)
		case !again:
			return nil
		}
	}
}

// step is one transaction. again: there is more to do at once; later: after a while; neither: the list has ended.
func (s *Sender) step(ctx context.Context, list int64) (again bool, later time.Duration, err error) {
	err = s.units(ctx, func(w SenderWork) error {
		again, later = false, 0
		now := s.clock()
		t, err := w.TickNotifications(ctx, list, page, now)
		if err != nil {
			return err
		}
		over := !t.List.GivenUpAt().After(now)
		switch {
		case t.List.State == Finished:
		case t.List.State == Draft && !over:
			later = t.List.GivenUpAt().Sub(now)
		case t.Waiting && (over || t.List.State != Running):
			_, err = w.EraseNotifications(ctx, list, page)
			again = true
		case t.Waiting && t.Queued < Window:
			_, err = w.QueueNotifications(ctx, list, min(batchSize, Window-t.Queued), t.List.ExpiresAt)
			again = true
		case t.Waiting || t.Queued > 0:
			later = whileSending
		case t.Awaiting && now.Before(t.List.GivenUpAt().Add(lateReceipts)):
			later = whileWaiting
		default:
			err = w.EndNotificationList(ctx, list, now)
			s.log.Info().Int64("list", list).Str("client", t.List.Client).Int("recipients", t.List.Recipients).Msg("list of notices has ended")
		}
		return err
	})
	return again, later, err
}

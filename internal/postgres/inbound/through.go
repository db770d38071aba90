package inbound

import (
	"context"
	"time"

	"okno/internal/conversation"
	"okno/internal/message"
)

// Dialogue handles what comes in, as part of the unit of work that keeps it.
type Dialogue interface {
	// Handle is a [Handler].
	Handle(ctx context.Context, w conversation.Work, mo message.MO) (interaction int64, err error)
	// Dial is a [Dialler].
	Dial(ctx context.Context, w conversation.Work, in message.Dialled) (message.Page, error)
}

// Through is the store with a dialogue that handles all that comes in: what a channel calls.
type Through struct {
	store    *Store
	dialogue Dialogue
}

// Through gives the store with a dialogue.
func (s *Store) Through(d Dialogue) Through { return Through{s, d} }

// CommitSMS is [Store.CommitSMS].
func (t Through) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) (message.Committed, error) {
	return t.store.CommitSMS(ctx, l, join, t.dialogue.Handle)
}

// ProcessMOs is [Store.ProcessMOs] with what is due now.
func (t Through) ProcessMOs(ctx context.Context, limit int) (found int, err error) {
	return t.store.ProcessMOs(ctx, time.Now(), limit, t.dialogue.Handle)
}

// Dial is [Store.Dial].
func (t Through) Dial(ctx context.Context, in message.Dialled) (message.Page, error) {
	return t.store.Dial(ctx, in, t.dialogue.Dial)
}

package floor

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
)

// TellWait gives what a caller who waits hears of the wait, if it is time for that, and how long it is until the next time; 0: never. A caller
// whom an agent has accepted hears nothing more.
func (f *Floor) TellWait(ctx context.Context, l lease.Lease, interaction int64) (turn conversation.Turn, next time.Duration, err error) {
	if err := f.callsIn(ctx, l, interaction); err != nil {
		return turn, 0, fmt.Errorf("end callbacks of a caller: %w", err)
	}
	err = f.owned(ctx, l, func(w Work) error {
		turn = conversation.Turn{}
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil || !found {
			return err
		}
		turn, next, err = f.tellWait(ctx, w, c, false)
		return err
	})
	if err != nil {
		return turn, 0, fmt.Errorf("tell wait of interaction %d: %w", interaction, err)
	}
	return turn, next, nil
}

func (f *Floor) tellWait(ctx context.Context, w Work, c contact.Contact, asked bool) (turn conversation.Turn, next time.Duration, err error) {
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return turn, 0, err
	}
	if c.State != contact.Waiting && c.State != contact.Offered {
		return turn, rules.Announce, nil // should it come back
	}
	if turn, next, err = f.tellNews(ctx, w, c); err != nil || next > 0 {
		return turn, next, err
	}
	s, err := w.StandOfWait(ctx, c)
	if err != nil {
		return turn, 0, err
	}
	told := rules.Tell(s, asked)
	if !told.Due {
		return turn, soon(told.Next), nil
	}
	in := dialogue.Input{Kind: dialogue.Waited}
	if told.Place > 0 {
		in.Values = map[string]dialogue.Value{dialogue.WaitPlace: count(told.Place)}
		if told.Wait.To > 0 {
			in.Values[dialogue.WaitTo] = dialogue.Value{Type: dialogue.TypeDuration, Text: told.Wait.To.String()}
		}
		if told.Wait.From > 0 {
			in.Values[dialogue.WaitFrom] = count(int(told.Wait.From / time.Minute))
		}
	}
	if err := w.NoteAnnounced(ctx, c.ID, s.Place); err != nil {
		return turn, 0, err
	}
	turn, err = f.dialogue.Advance(ctx, w, c.Interaction, in)
	return turn, soon(told.Next), err
}

const (
	newsEvery  = 5 * time.Second  // how long an announcement that is switched on may wait for those who wait
	newsLength = 30 * time.Second // the longest that one takes to be said
)

// soon gives when to tell again, and to look for news before that.
func soon(next time.Duration) time.Duration {
	if next == 0 {
		return newsEvery
	}
	return min(next, newsEvery)
}

// tellNews gives what was switched on for everybody since the caller heard of such a thing, and how long nothing else is to be told; 0: there is
// no news.
func (f *Floor) tellNews(ctx context.Context, w Work, c contact.Contact) (turn conversation.Turn, quiet time.Duration, err error) {
	texts, err := w.TakeNews(ctx, c)
	if err != nil || texts == nil {
		return turn, 0, err
	}
	turn, err = f.dialogue.Advance(ctx, w, c.Interaction, dialogue.Input{Kind: dialogue.Waited,
		Values: map[string]dialogue.Value{dialogue.WaitNews: {Type: dialogue.TypeText, In: texts}}})
	return turn, newsLength, err
}

func count(n int) dialogue.Value {
	return dialogue.Value{Type: dialogue.TypeCount, Text: strconv.Itoa(n)}
}

// KeyInQueue gives what follows from a key of a caller who waits: another way than to wait, by which the contact leaves the queue; or
// the place, where the key means nothing. A caller whom an agent has accepted has nothing to choose any more.
func (f *Floor) KeyInQueue(ctx context.Context, l lease.Lease, interaction int64, key string) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil {
			return err
		}
		// Nobody waits when an order to say is under way.
		if !found || c.State != contact.Waiting && c.State != contact.Offered {
			turn = conversation.Turn{Expect: waits}
			return nil
		}
		turn, err = f.dialogue.Advance(ctx, w, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: key})
		switch {
		case err != nil:
			return err
		case turn.Expect.Kind != dialogue.ExpectOutcome || !turn.Expect.Queue:
			_, _, err := move(ctx, w, c, contact.LeftQueue, 0)
			return err
		case len(turn.Spoken) == 0:
			turn, _, err = f.tellWait(ctx, w, c, true)
			turn.Expect = waits
			return err
		}
		return nil
	})
	if err != nil {
		return turn, fmt.Errorf("key in the queue of interaction %d: %w", interaction, err)
	}
	return turn, nil
}

// waits is what a caller does who goes on waiting.
var waits = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true}

package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/fault"
	"okno/internal/groupcommit"
	"okno/internal/tablefile"
)

// KeptReceipt is the receipt of an event that was kept before.
type KeptReceipt struct {
	Receipt
	Digest []byte
}

// CaseBook is a case with what its agency has reported of it.
type CaseBook struct {
	Case cases.Case
	Book
}

// Taken is an event with its receipt.
type Taken struct {
	Event   Event
	Receipt Receipt
}

// Work is what taking events does in one transaction.
type Work interface {
	// EventReceipts gives the receipts of those events that were kept before, by their keys.
	EventReceipts(ctx context.Context, agency string, keys []string) (map[string]KeptReceipt, error)
	// LockBooks gives the cases of an agency by their numbers, and keeps others from them until the transaction ends.
	LockBooks(ctx context.Context, agency string, numbers []string) (map[string]*CaseBook, error)
	KeepEvents(ctx context.Context, agency string, taken []Taken, books map[string]*CaseBook) error
	// ApplyMoves makes moves of locked cases, in their order.
	ApplyMoves(ctx context.Context, moves []cases.Applied) error
	casework.ManyWork
}

// Units runs a unit of work.
type Units func(ctx context.Context, fn func(Work) error) error

// Inbox takes what agencies report.
type Inbox struct {
	units  Units
	teller *casework.Teller
	clock  func() time.Time

	mu     sync.Mutex
	groups map[string]*groupcommit.Group[*request] // by agency: a slow transaction of one harms no other
}

// request is what one request of an agency brings, and then the receipts for it.
type request struct {
	events   []Event
	receipts []Receipt
}

// NewInbox takes its parts.
func NewInbox(units Units, teller *casework.Teller, clock func() time.Time) *Inbox {
	return &Inbox{units: units, teller: teller, clock: clock, groups: map[string]*groupcommit.Group[*request]{}}
}

const (
	// MostEvents is how many events one request may bring. They are taken in one transaction, which requests that come at the same time
	// share up to as many.
	MostEvents = 500
	// abreast is how many transactions of an agency take events at the same time: while one syncs, another computes.
	abreast = 2
)

// By is an agency in the history of a case.
func By(agency string) string { return "agency:" + agency }

// Take takes events of an agency, all of them or none, and gives a receipt for each in their order. An event that was taken before has the
// receipt that it had. An error is of kind invalid, and names the event and the field; nothing was kept then. When ctx ends first nobody
// knows whether they were kept: [fault.ErrUncertain].
func (in *Inbox) Take(ctx context.Context, agency string, events []Event) (receipts []Receipt, err error) {
	if len(events) == 0 || len(events) > MostEvents {
		return nil, invalid("events", fmt.Sprintf("1 to %d events", MostEvents))
	}
	if err := in.check(events); err != nil {
		return nil, err
	}
	r := &request{events: events}
	if err := in.group(agency).Do(ctx, r); err != nil {
		return nil, err
	}
	return r.receipts, nil
}

// group gives that of an agency's requests.
func (in *Inbox) group(agency string) *groupcommit.Group[*request] {
	in.mu.Lock()
	defer in.mu.Unlock()
	g := in.groups[agency]
	if g == nil {
		g = &groupcommit.Group[*request]{Abreast: abreast, Most: MostEvents,
			// A citizen is told of a case once for each request that moves it: two of the same case never share a transaction.
			Keys: func(r *request) []string { return numbers(r.events) },
			Size: func(r *request) int { return len(r.events) },
			Write: func(ctx context.Context, batch []*request) error {
				return in.takeTogether(ctx, agency, batch)
			}}
		in.groups[agency] = g
	}
	return g
}

// takeTogether takes the events of requests in one transaction. Each has its own receipts.
func (in *Inbox) takeTogether(ctx context.Context, agency string, batch []*request) error {
	var events []Event
	for _, r := range batch {
		events = append(events, r.events...)
	}
	receipts, err := in.takeAll(ctx, agency, events)
	if err != nil {
		return err
	}
	for _, r := range batch {
		r.receipts, receipts = receipts[:len(r.events)], receipts[len(r.events):]
	}
	return nil
}

// TakeFile takes the events of a file as [Inbox.Take] does those of a request, up to [MostFileEvents]. An error of kind invalid
// wraps a *tablefile.LineError, which names the line of the event.
func (in *Inbox) TakeFile(ctx context.Context, agency string, events []Event, lines []int) ([]Receipt, error) {
	err := in.check(events)
	var receipts []Receipt
	if err == nil {
		receipts, err = in.takeAll(ctx, agency, events)
	}
	if wrong := new(eventError); errors.As(err, &wrong) {
		what := new(fault.Error)
		errors.As(wrong.err, &what)
		err = &fault.Error{Kind: fault.Invalid, Field: what.Field, Text: what.Text,
			Err: &tablefile.LineError{Line: lines[wrong.event], Field: what.Field, Err: errors.New(what.Text)}}
	}
	return receipts, err
}

// check gives the first mistake in events.
func (in *Inbox) check(events []Event) error {
	now := in.clock()
	for i, e := range events {
		if err := e.Check(now); err != nil {
			return at(i, err)
		}
	}
	return nil
}

// takeAll takes events that were checked.
func (in *Inbox) takeAll(ctx context.Context, agency string, events []Event) (receipts []Receipt, err error) {
	err = in.units(ctx, func(w Work) (err error) {
		receipts, err = in.take(ctx, w, agency, events)
		return err
	})
	return receipts, err
}

// at names the event that an error is about.
func at(i int, err error) error {
	known := *err.(*fault.Error) // of Event.Check
	known.Field = fmt.Sprintf("events[%d].%s", i, known.Field)
	known.Err = &eventError{i, err}
	return &known
}

// eventError is a mistake in one of several events.
type eventError struct {
	event int
	err   error
}

func (e *eventError) Error() string { return fmt.Sprintf("event %d: %v", e.event, e.err) }

// Unwrap gives what is wrong.
func (e *eventError) Unwrap() error { return e.err }

// numbers are those of the cases of events, each once.
func numbers(events []Event) (all []string) {
	for _, e := range events {
		all = append(all, e.Case)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (in *Inbox) take(ctx context.Context, w Work, agency string, events []Event) ([]Receipt, error) {
	var keys []string
	for _, e := range events {
		keys = append(keys, e.Key)
	}
	books, err := w.LockBooks(ctx, agency, numbers(events))
	if err != nil {
		return nil, err
	}
	known, err := w.EventReceipts(ctx, agency, keys) // after the locks: what another request has kept meanwhile shows
	if err != nil {
		return nil, err
	}
	var receipts []Receipt
	var taken []Taken
	var applied []cases.Applied
	last := map[string]int{} // the last move of each case, in applied
	before := map[string]cases.Case{}
	for number, b := range books {
		before[number] = b.Case
	}
	for i, e := range events {
		if before, ok := known[e.Key]; ok {
			if !bytes.Equal(before.Digest, e.Digest()) {
				return nil, at(i, invalid("key", "another event had this key: a key is never used again"))
			}
			receipts = append(receipts, before.Receipt)
			continue
		}
		receipt := Receipt{Key: e.Key, Outcome: UnknownCase, Explanation: "this agency has no such case"}
		if b := books[e.Case]; b != nil {
			var moves []Move
			receipt, moves = b.Take(e)
			for _, m := range moves {
				last[e.Case] = len(applied)
				applied = append(applied, b.move(m, agency))
			}
		}
		known[e.Key] = KeptReceipt{Receipt: receipt, Digest: e.Digest()}
		receipts, taken = append(receipts, receipt), append(taken, Taken{Event: e, Receipt: receipt})
	}
	if len(taken) == 0 {
		return receipts, nil
	}
	var moved []cases.Case // where each stands now: once for all moves that came together, if it stands elsewhere than before
	for _, number := range slices.Sorted(maps.Keys(last)) {
		if now, was := books[number].Case, before[number]; now.State != was.State || !now.DueOn.Equal(was.DueOn) {
			moved = append(moved, now)
		}
	}
	told, err := in.teller.TellAll(ctx, w, moved)
	if err != nil {
		return nil, err
	}
	for i, c := range moved {
		applied[last[c.Number]].Told = told[i]
	}
	if err := w.ApplyMoves(ctx, applied); err != nil {
		return nil, err
	}
	return receipts, w.KeepEvents(ctx, agency, taken, books)
}

// move makes a move of the case in the book, and gives it to be written.
func (b *CaseBook) move(m Move, agency string) cases.Applied {
	applied := cases.Applied{Case: b.Case.ID, Number: b.Case.Number, From: b.Case.State, To: m.To, DueOn: b.Case.DueOn, By: By(agency), Why: m.Event.Reason,
		Followed: b.Case.Followed()}
	if !m.Event.DueOn.IsZero() {
		applied.DueOn = m.Event.DueOn
	}
	if applied.Why == "" {
		applied.Why = fmt.Sprintf("event %d", m.Event.Sequence)
	}
	b.Case.State, b.Case.DueOn = applied.To, applied.DueOn
	return applied
}

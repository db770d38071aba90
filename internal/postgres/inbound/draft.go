package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"okno/internal/announcement"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/otp"
	questions "okno/internal/postgres/catalogue"
	"okno/internal/postgres/datakeys"
)

// errAlone says that a message needs what a batch does not hold.
var errAlone = errors.New("not in a batch")

// draft is the [conversation.Work] of one message in a batch. It answers from what the batch has read, and keeps what is to
// be written; thrown away, it has done nothing.
type draft struct {
	alone
	batch  *batch
	number string
	known  citizen.Known
	served bool    // by an operator, within [conversation.AfterThread]
	spare  int64   // id for a new interaction, or 0
	talks  []*talk // the open one, if any, and a new one

	entries  []line
	mts      []message.MT
	links    []caseLink
	asks     []questions.Ask
	language dialogue.Language // newly chosen, or ""
	stopped  *bool             // newly chosen, or nil
	heard    bool              // of the bound number, which was not for days

	mo, interaction int64 // once handled
}

func (d *draft) NoteAsked(_ context.Context, a catalogue.Asked) error {
	t, err := d.talk(a.Interaction)
	if err == nil {
		d.asks = append(d.asks, questions.Ask{Asked: a, Key: t.key})
	}
	return err
}

type caseLink struct{ interaction, id int64 }

func (d *draft) talk(interaction int64) (*talk, error) {
	for _, t := range d.talks {
		if t.ID == interaction {
			return t, nil
		}
	}
	return nil, errAlone
}

func (d *draft) Known(_ context.Context, number string) (citizen.Known, error) {
	if number != d.number {
		return citizen.Known{}, errAlone
	}
	return d.known, nil
}

func (d *draft) SetLanguage(_ context.Context, number string, l dialogue.Language) error {
	if number != d.number {
		return errAlone
	}
	if d.known.Language != l {
		d.language, d.known.Language = l, l
	}
	return nil
}

func (d *draft) Heard(_ context.Context, binding int64) error {
	if binding != d.known.Binding {
		return errAlone
	}
	d.heard = true
	return nil
}

func (d *draft) SetNotices(_ context.Context, number string, stopped bool) error {
	if number != d.number {
		return errAlone
	}
	d.stopped, d.known.Stopped = &stopped, stopped
	return nil
}

const nextInteraction = `SELECT nextval('interactions_id_seq')`

// OpenInteraction prepares a new interaction under the spare id.
func (d *draft) OpenInteraction(ctx context.Context, i conversation.Interaction) (int64, error) {
	if i.Number != d.number || i.Channel != dialogue.SMS {
		return 0, errAlone
	}
	i.ID, d.spare = d.spare, 0
	if i.ID == 0 {
		if err := d.batch.work.tx.QueryRow(ctx, nextInteraction).Scan(&i.ID); err != nil {
			return 0, fmt.Errorf("open interaction: %w", err)
		}
	}
	key, wrapped, err := d.batch.work.ring.NewDataKey()
	if err != nil {
		return 0, fmt.Errorf("open interaction: %w", err)
	}
	d.talks = append(d.talks, &talk{Interaction: i, key: key, wrapped: wrapped, fresh: true})
	return i.ID, nil
}

func (d *draft) OpenOn(_ context.Context, c dialogue.Channel, number string) (id int64, activeAt time.Time, found bool, err error) {
	if number != d.number || c != dialogue.SMS {
		return 0, time.Time{}, false, errAlone
	}
	for _, t := range d.talks {
		if t.outcome == "" {
			return t.ID, t.activeAt, true, nil
		}
	}
	return 0, time.Time{}, false, nil
}

func (d *draft) EndInteraction(_ context.Context, id int64, outcome conversation.Outcome) error {
	t, err := d.talk(id)
	if err == nil && t.outcome == "" {
		t.outcome = outcome
	}
	return err
}

func (d *draft) AddEntries(_ context.Context, interaction int64, lines ...conversation.Entry) error {
	if len(lines) == 0 {
		return nil
	}
	t, err := d.talk(interaction)
	if err != nil {
		return err
	}
	t.spoken = true
	for _, e := range lines {
		d.entries = append(d.entries, line{e, interaction, t.key})
	}
	return nil
}

func (d *draft) LinkCase(_ context.Context, interaction, caseID int64) error {
	d.links = append(d.links, caseLink{interaction, caseID})
	return nil
}

func (d *draft) AddSession(ctx context.Context, interaction int64, s conversation.Session) error {
	return d.SaveSession(ctx, interaction, s)
}

func (d *draft) LockSession(_ context.Context, interaction int64) (conversation.Interaction, conversation.Session, error) {
	t, err := d.talk(interaction)
	if err == nil && t.raw != nil && !t.saved {
		var plain []byte
		if plain, err = t.key.Open(datakeys.SessionOf(interaction), t.raw); err == nil {
			err = json.Unmarshal(plain, &t.session)
		}
	}
	if err != nil {
		return conversation.Interaction{}, conversation.Session{}, err
	}
	return t.Interaction, t.session, nil
}

func (d *draft) SaveSession(_ context.Context, interaction int64, s conversation.Session) error {
	t, err := d.talk(interaction)
	if err != nil {
		return err
	}
	t.session, t.Language, t.saved = s, s.Language, true
	return nil
}

func (d *draft) SaveTurn(ctx context.Context, interaction int64, s conversation.Session, lines ...conversation.Entry) error {
	return errors.Join(d.AddEntries(ctx, interaction, lines...), d.SaveSession(ctx, interaction, s))
}

func (d *draft) CaseByNumber(ctx context.Context, number string) (cases.Case, error) {
	if c, ok := d.batch.cases[number]; ok {
		return c, nil
	}
	return d.batch.work.bind(d.batch.work.tx).CaseByNumber(ctx, number)
}

func (d *draft) CaseGoingOn(ctx context.Context, c cases.Case) (cases.Case, error) {
	if c.DuplicateOf == 0 {
		return c, nil
	}
	return d.batch.work.bind(d.batch.work.tx).CaseGoingOn(ctx, c)
}

func (d *draft) EnqueueMT(_ context.Context, m message.MT) error {
	d.mts = append(d.mts, m)
	return nil
}

func (d *draft) OpenCase(context.Context, cases.Opening) (cases.Case, error) {
	return cases.Case{}, errAlone
}

// LockAttempts gives the guesses of the number at case numbers as they were read, without a lock: whoever only asks whether they are blocked
// needs none, and whoever counts one goes alone.
func (d *draft) LockAttempts(_ context.Context, way lockout.Way, subjects ...string) (lockout.Book, error) {
	state, read := d.batch.guesses[lockout.Number(d.number)]
	if way != lockout.CaseNumber || len(subjects) != 1 || subjects[0] != lockout.Number(d.number) || !read {
		return lockout.Book{}, errAlone
	}
	return lockout.Book{Way: way, States: map[string]lockout.State{subjects[0]: state}}, nil
}

func (d *draft) KeepAttempts(context.Context, lockout.Book) error { return errAlone }

func (d *draft) CallbacksOf(context.Context, string) ([]contact.Ref, error) { return nil, errAlone }

func (d *draft) CallTimes(context.Context, int64) ([]time.Time, time.Time, error) {
	return nil, time.Time{}, errAlone
}

func (d *draft) PromiseCall(context.Context, int64, time.Time) (bool, error) { return false, errAlone }

func (d *draft) Announcements(context.Context) ([]announcement.Announcement, error) {
	return nil, errAlone
}

func (d *draft) EndedThread(context.Context, string, time.Time) (t contact.Thread, found bool, err error) {
	if d.served {
		err = errAlone
	}
	return t, false, err
}

func (d *draft) JoinQueue(context.Context, contact.Arrival) (contact.Admission, error) {
	return "", errAlone
}

func (d *draft) Opens(context.Context, string) (contact.Opening, error) {
	return contact.Opening{}, errAlone
}

func (d *draft) PlaceIn(context.Context, int64, string) (contact.Place, bool, error) {
	return contact.Place{}, false, errAlone
}

func (d *draft) LivePasscode(context.Context, string, time.Time) (otp.Challenge, bool, error) {
	return otp.Challenge{}, false, errAlone
}

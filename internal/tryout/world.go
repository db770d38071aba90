package tryout

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/announcement"
	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/recording"
	"okno/internal/sample"
)

// world is the sample region in memory, for one conversation.
type world struct {
	proofs
	places
	agencies
	known       map[string]citizen.Known
	cases       map[string]cases.Case
	numbering   *cases.Numbering
	interaction conversation.Interaction
	session     conversation.Session
	open        bool
	active      time.Time
	said        []string
	sent        []message.MT
}

func newWorld(services []catalogue.Service, now time.Time) (*world, error) {
	region, err := sample.Read()
	if err != nil {
		return nil, err
	}
	w := &world{known: map[string]citizen.Known{}, cases: map[string]cases.Case{}, numbering: cases.NewNumbering([]byte("only for trying"))}
	for i, c := range region.Citizens {
		for _, number := range c.Numbers {
			w.known[number] = citizen.Known{CitizenID: int64(i + 1), Language: c.Language}
		}
	}
	agencies := map[string]string{} // by service
	for _, s := range services {
		agencies[s.Code] = s.Agency
	}
	for _, c := range region.Cases {
		number, err := w.numbering.Number(int64(len(w.cases)))
		if err != nil {
			return nil, err
		}
		w.cases[number] = cases.Case{ID: int64(len(w.cases) + 1), Number: number, Kind: cases.Application, State: c.State, Service: c.Service, Agency: agencies[c.Service],
			CitizenID: w.known[c.Citizen].CitizenID, Contact: c.Citizen, Subject: c.Subject, DueOn: c.Due(now), OpenedAt: now, UpdatedAt: now}
	}
	return w, nil
}

func (w *world) numbersOf(number string) []string {
	var found []string
	for _, c := range w.cases {
		if c.Contact == number {
			found = append(found, c.Number)
		}
	}
	slices.Sort(found)
	return found
}

func (w *world) takeSaid() (said []string) {
	said, w.said = w.said, nil
	return said
}

func (w *world) takeSent() (sent []message.MT) {
	sent, w.sent = w.sent, nil
	return sent
}

func (w *world) OpenInteraction(_ context.Context, i conversation.Interaction) (int64, error) {
	i.ID = w.interaction.ID + 1
	w.interaction, w.open, w.active = i, true, time.Now()
	return i.ID, nil
}

func (w *world) OpenOn(context.Context, dialogue.Channel, string) (int64, time.Time, bool, error) {
	return w.interaction.ID, w.active, w.open, nil
}

func (w *world) EndInteraction(context.Context, int64, conversation.Outcome) error {
	w.open = false
	return nil
}

func (w *world) AddEntries(_ context.Context, _ int64, lines ...conversation.Entry) error {
	for _, line := range lines {
		if line.Speaker == conversation.Okno && line.Kind == "said" {
			w.said = append(w.said, line.Body)
		}
	}
	return nil
}

func (w *world) LinkCase(context.Context, int64, int64) error { return nil }

func (w *world) AddSession(_ context.Context, _ int64, s conversation.Session) error {
	w.session = s
	return nil
}

func (w *world) LockSession(context.Context, int64) (conversation.Interaction, conversation.Session, error) {
	return w.interaction, w.session, nil
}

func (w *world) SaveSession(_ context.Context, _ int64, s conversation.Session) error {
	w.session = s
	return nil
}

func (w *world) SaveTurn(ctx context.Context, interaction int64, s conversation.Session, lines ...conversation.Entry) error {
	return errors.Join(w.AddEntries(ctx, interaction, lines...), w.SaveSession(ctx, interaction, s))
}

func (w *world) Known(_ context.Context, number string) (citizen.Known, error) {
	return w.known[number], nil
}

func (w *world) SetLanguage(_ context.Context, number string, l dialogue.Language) error {
	k := w.known[number]
	k.Language = l
	w.known[number] = k
	return nil
}

func (w *world) Heard(context.Context, int64) error { return nil }

func (w *world) SetNotices(_ context.Context, number string, stopped bool) error {
	k := w.known[number]
	k.Stopped = stopped
	w.known[number] = k
	return nil
}

func (w *world) CaseGoingOn(_ context.Context, c cases.Case) (cases.Case, error) { return c, nil }

func (w *world) CaseByNumber(_ context.Context, number string) (cases.Case, error) {
	c, ok := w.cases[number]
	if !ok {
		return c, cases.ErrUnknown
	}
	return c, nil
}

// Whoever tries a dialogue out may guess.
func (w *world) LockAttempts(_ context.Context, way lockout.Way, _ ...string) (lockout.Book, error) {
	return lockout.Book{Way: way}, nil
}

func (w *world) KeepAttempts(context.Context, lockout.Book) error { return nil }

func (w *world) Announcements(context.Context) ([]announcement.Announcement, error) {
	return nil, nil
}

func (w *world) EndedThread(context.Context, string, time.Time) (t contact.Thread, found bool, err error) {
	return t, false, nil
}

func (w *world) RecordingRule(context.Context, int64, string) (recording.Rule, error) {
	return recording.Asked, nil
}

func (w *world) AllowRecording(context.Context, int64, bool) error { return nil }

func (w *world) CopyRecordingAnswer(context.Context, int64, int64) error { return nil }

func (w *world) BeginMessage(context.Context, int64, bool) error { return nil }

func (w *world) RecordedMessage(context.Context, int64) (there, send bool, err error) {
	return true, true, nil
}

func (w *world) SendMessage(context.Context, int64, string) error { return nil }

func (w *world) DropMessage(context.Context, int64) error { return nil }

func (w *world) SurveyDue(context.Context, int64) (bool, error) { return true, nil }

func (w *world) MarkTalk(context.Context, int64, int) (bool, error) { return true, nil }

func (w *world) CallbacksOf(context.Context, string) ([]contact.Ref, error) { return nil, nil }

func (w *world) CallTimes(context.Context, int64) ([]time.Time, time.Time, error) {
	return nil, time.Time{}, nil
}

func (w *world) PromiseCall(context.Context, int64, time.Time) (bool, error) { return false, nil }

func (w *world) OpenCase(_ context.Context, o cases.Opening) (cases.Case, error) {
	number, err := w.numbering.Number(int64(len(w.cases)))
	if err != nil {
		return cases.Case{}, err
	}
	c := cases.Case{ID: int64(len(w.cases) + 1), Number: number, Kind: o.Kind, Service: o.Service, State: cases.Registered, CitizenID: o.CitizenID, Contact: o.Contact}
	w.cases[number] = c
	w.opened(c)
	return c, nil
}

func (w *world) JoinQueue(context.Context, contact.Arrival) (contact.Admission, error) {
	return contact.Joined, nil
}

func (w *world) Opens(context.Context, string) (contact.Opening, error) {
	return contact.Opening{}, nil
}

func (w *world) PlaceIn(context.Context, int64, string) (contact.Place, bool, error) {
	return contact.Place{}, true, nil
}

func (w *world) LivePasscode(context.Context, string, time.Time) (otp.Challenge, bool, error) {
	return otp.Challenge{}, false, nil
}

func (w *world) EnqueueMT(_ context.Context, m message.MT) error {
	w.sent = append(w.sent, m)
	return nil
}

// NoteAsked keeps nothing: nobody counts what is only tried.
func (w *world) NoteAsked(context.Context, catalogue.Asked) error { return nil }

func (w *world) MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error) {
	if !c.State.May(to) {
		return c, cases.ErrMove
	}
	return w.CorrectCase(ctx, c, to, dueOn, by, why)
}

func (w *world) CorrectCase(_ context.Context, c cases.Case, to cases.State, dueOn time.Time, _, _ string) (cases.Case, error) {
	if c.Kind == cases.Appointment && to.Settled() {
		w.release(c.ID, appointment.Cancelled)
	}
	c.State, c.DueOn, c.UpdatedAt = to, dueOn, time.Now()
	w.cases[c.Number] = c
	return c, nil
}

func (w *world) CaseToRate(_ context.Context, citizen int64, number string, _ time.Time) (cases.Case, error) {
	for _, c := range w.cases {
		if c.BelongsTo(citizen, number) && (c.State == cases.Ready || c.State == cases.Closed) {
			return c, nil
		}
	}
	return cases.Case{}, cases.ErrUnknown
}

func (w *world) PlaceOf(context.Context, int64, time.Time) (cases.Place, error) {
	return cases.Place{}, cases.ErrUnknown
}

func (w *world) RateCase(context.Context, cases.Case, int) error { return nil }

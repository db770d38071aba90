package conversation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/announcement"
	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/otp"
	attempts "okno/internal/postgres/lockout"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// occasion is one carrying out of an action, and the outcome that comes of it.
type occasion struct {
	action, outcome string
	channel         dialogue.Channel // voice unless it says
	from            string           // the bound number unless it says; "-" is a withheld one
	with            map[string]string
	write           string
}

// provenApart are the actions by which citizens prove who they are, and what they have done then: proving_test.go.
var provenApart = []string{"identity.ways", "identity.claim", "identity.send", "identity.prove", "pin.set", "pin.remove", "binding.add",
	"service.offers",                            // service_offers_test.go
	"case.withdraw", "case.reopen", "case.rate", // own_case_test.go
	"case.status visit", "case.status waiting", "appointment.mine", "appointment.offices", "appointment.days", "appointment.times",
	"fee.mine", "fee.of_case", "fee.link", "case.status earlier", "case.status late", // ../floor/goon_test.go
	"queue after_hours",                                                                                                                   // ../floor/hours_test.go
	"message.record recorded", "message.record silent", "message.hear heard", "message.send opened", "survey.due due", "survey.mark done", // ../floor/message_test.go
	"queue.text",                                          // ../floor/waiting_test.go
	"callback.times offered", "callback.promise promised", // ../floor/callback_times_test.go
	"appointment.book", "appointment.move", "appointment.wait", "appointment.take", // appointment_test.go
}

// Each outcome that an action declares comes of some occasion, and none other: an effect that gave another outcome, or other
// values, would be an error.
func TestActionsGiveWhatTheyDeclare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	var open, queued string // a case without a term, a place in a queue
	require.NoError(t, w.db.Do(ctx, func(work *store.Work) error {
		c, err := work.OpenCase(ctx, cases.Opening{Kind: cases.Appeal, Contact: bound, Subject: "без срока", By: "okno"})
		require.NoError(t, err)
		open = c.Number
		c, err = work.OpenCase(ctx, cases.Opening{Kind: cases.QueuePlace, Contact: bound, Subject: "детский сад", By: "okno"})
		require.NoError(t, err)
		_, err = work.Tx.Exec(ctx, `INSERT INTO case_places (case_id, sequence, at, place) VALUES ($1, 1, now(), 214)`, c.ID)
		queued = c.Number
		return err
	}))
	seen := map[string]bool{}
	carry := func(o occasion) {
		t.Helper()
		if o.channel == "" {
			o.channel = dialogue.Voice
		}
		switch o.from {
		case "":
			o.from = bound
		case "-":
			o.from = ""
		}
		effect := &dialogue.Effect{ID: "1.1", Action: o.action, With: map[string]dialogue.Value{}}
		for name, value := range o.with {
			effect.With[name] = dialogue.TextValue(value)
		}
		if o.write != "" {
			effect.Write = &dialogue.Utterance{Key: o.write, Language: dialogue.Russian}
		}
		require.NoError(t, w.db.Do(ctx, func(work *store.Work) error {
			known, err := work.Known(ctx, o.from)
			require.NoError(t, err)
			i := conversation.Interaction{Channel: o.channel, Number: o.from, CitizenID: known.CitizenID, Verification: known.Verification(), Language: dialogue.Russian}
			i.ID, err = work.OpenInteraction(ctx, i)
			require.NoError(t, err)
			in, err := w.engine.Act(ctx, work, w.library.Current(), i, effect)
			require.NoError(t, err, "%+v", o)
			require.Equal(t, o.outcome, in.Name, "%+v", o)
			require.Equal(t, "1.1", in.Effect)
			seen[o.action+" "+in.Name] = true
			return nil
		}))
	}
	pgtest.Exec(t, w.url, `INSERT INTO queues (name, title, recording) VALUES ('rec-said', '{}', 'announced'), ('rec-asked', '{}', 'asked')`)
	const guesser = "+77017777777"
	pgtest.Exec(t, w.url, `INSERT INTO lockouts (way, subject, failures, since, blocked_until)
		VALUES ('case_number', '`+attempts.Hide(pgtest.Keys, lockout.Number(guesser))+`', 10, '`+w.now.Format(time.RFC3339)+`', '`+w.now.Add(time.Minute).Format(time.RFC3339)+`')`)
	for _, o := range []occasion{
		{action: "service.find", outcome: "found", with: map[string]string{"query": "028"}},
		{action: "service.find", outcome: "found", with: map[string]string{"query": "28", "asked": "yes"}},
		{action: "service.find", outcome: "several", with: map[string]string{"query": "брак"}},
		{action: "service.find", outcome: "renewed", with: map[string]string{"query": "030"}},
		{action: "service.find", outcome: "renewed", with: map[string]string{"query": "прежняя выписка"}},
		{action: "service.find", outcome: "unknown", with: map[string]string{"query": "абракадабра"}},
		{action: "service.categories", outcome: "found"},
		{action: "service.in_category", outcome: "found", with: map[string]string{"category": "civil-registry"}},
		{action: "case.status", outcome: "found", with: map[string]string{"case": w.number}},
		{action: "case.status", outcome: "settled", with: map[string]string{"case": open}},
		{action: "case.status", outcome: "place", with: map[string]string{"case": queued}},
		{action: "case.status", outcome: "stage_only", with: map[string]string{"case": w.number}, from: unbound},
		{action: "case.status", outcome: "unknown", with: map[string]string{"case": "123456786"}},
		{action: "case.status", outcome: "blocked", with: map[string]string{"case": "123456786"}, from: guesser},
		{action: "words.correct", outcome: "corrected", with: map[string]string{"text": "статуз"}},
		{action: "words.correct", outcome: "none", with: map[string]string{"text": "абракадабра"}},
		{action: "passcode.fetch", outcome: "unbound", from: unbound},
		{action: "passcode.fetch", outcome: "none"},
		{action: "appeal.open", outcome: "opened"},
		{action: "appeal.file", outcome: "opened", with: map[string]string{"text": "Жду ответа с мая"}},
		{action: "callback.open", outcome: "closed", with: map[string]string{"at": "operator"}}, // there is no queue yet
		{action: "callback.open", outcome: "no_number", from: "-", with: map[string]string{"at": "operator"}},
		{action: "callback.times", outcome: "none"},
		{action: "callback.promise", outcome: "late", with: map[string]string{"day": "2026-11-30", "time": "15:00"}},
		{action: "recording.rule", outcome: "off", with: map[string]string{"queue": "nowhere"}},
		{action: "recording.rule", outcome: "off", with: map[string]string{"queue": "rec-asked"}, channel: dialogue.SMS},
		{action: "recording.rule", outcome: "announced", with: map[string]string{"queue": "rec-said"}},
		{action: "recording.rule", outcome: "asked", with: map[string]string{"queue": "rec-asked"}},
		{action: "recording.allow", outcome: "done", with: map[string]string{"answer": "yes"}},
		{action: "message.record", outcome: "unrecorded", channel: dialogue.SMS, from: "+77019999999"},
		{action: "message.hear", outcome: "none"},
		{action: "survey.due", outcome: "none"},
		{action: "survey.mark", outcome: "none", with: map[string]string{"mark": "5"}},
		{action: "message.send", outcome: "none"},
		{action: "notices.stop", outcome: "done"},
		{action: "notices.start", outcome: "done"},
		{action: "sms.send", outcome: "sent", write: "help"},
		{action: "sms.send", outcome: "no_number", write: "help", from: "-"},
		{action: "announcement.now", outcome: "none"},
		{action: "queue", outcome: "closed", with: map[string]string{"queue": "general"}},
		{action: "queue", outcome: "closed", with: map[string]string{"queue": "general"}, channel: dialogue.USSD},
	} {
		carry(o)
	}
	_, err := w.otp.Send(ctx, otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	carry(occasion{action: "passcode.fetch", outcome: "found"})
	switched := int64(0)
	require.NoError(t, w.db.Do(ctx, func(work *store.Work) (err error) {
		switched, err = work.SwitchOn(ctx, announcement.Announcement{Texts: map[dialogue.Language]string{"kk": "Тасқын.", "ru": "Паводок.", "en": "A flood."}}, "test")
		return err
	}))
	carry(occasion{action: "announcement.now", outcome: "on"})
	require.NoError(t, w.db.Do(ctx, func(work *store.Work) error { return work.EndAnnouncement(ctx, switched, "test") }))
	w.dutyAgent(t)
	carry(occasion{action: "callback.open", outcome: "opened", with: map[string]string{"at": "operator"}})
	carry(occasion{action: "queue", outcome: "joined", with: map[string]string{"queue": "general"}})
	pgtest.Exec(t, w.url, `UPDATE queues SET most_waiting = 1`)
	carry(occasion{action: "queue", outcome: "busy", with: map[string]string{"queue": "general"}})
	pgtest.Exec(t, w.url, `UPDATE queues SET most_waiting = NULL`)

	// The last outcomes of a queue come later, by Answer, which takes no others.
	for _, outcome := range []string{"served", "nobody"} {
		turn := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Begin(ctx, work, dialogue.Voice, conversation.Caller{Number: bound, Vouched: true})
		})
		turn = w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Advance(ctx, work, turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "0"})
		})
		require.True(t, turn.Expect.Queue)
		err := w.db.Do(ctx, func(work *store.Work) error {
			_, err := w.engine.Answer(ctx, work, turn.Interaction, "rumour")
			return err
		})
		require.ErrorIs(t, err, conversation.ErrUndeclared)
		require.ErrorContains(t, err, "queue")
		w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Answer(ctx, work, turn.Interaction, outcome)
		})
		seen["queue "+outcome] = true
	}
	for _, declared := range conversation.DeclaredOutcomes() {
		if slices.Contains(provenApart, strings.Fields(declared)[0]) || slices.Contains(provenApart, declared) {
			continue
		}
		require.True(t, seen[declared], "%s comes of no occasion", declared)
	}

	require.NoError(t, w.db.Do(ctx, func(work *store.Work) error {
		_, err := w.engine.Act(ctx, work, w.library.Current(), conversation.Interaction{}, &dialogue.Effect{Action: "safe.open"})
		require.ErrorContains(t, err, `no action "safe.open"`)
		return nil
	}))
}

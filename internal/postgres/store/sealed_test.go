package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// others are the tables in which messages wait and end, and those of bindings: other tests look at them.
var others = []string{"--exclude-table-data=bindings", "--exclude-table-data=subscribers"}

func TestWhatIsSaidIsNowhereInTheOpen(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	all := pgtest.Dump(t, url, others...)
	require.Contains(t, all, l.Case.Number, "the dump has the case")
	pgtest.HidesHer(t, all)

	// And it opens where it is needed.
	pgtest.Do(t, db, func(w *store.Work) error {
		i, s, err := w.LockSession(t.Context(), l.Interaction)
		require.NoError(t, err)
		require.Equal(t, pgtest.HerNumber, i.Number)
		require.Equal(t, pgtest.HerWords, s.Slots["words"].Text)
		c, err := w.Contact(t.Context(), l.Contact)
		require.NoError(t, err)
		require.Equal(t, pgtest.HerNumber, c.Number)
		require.Equal(t, pgtest.HerWords, c.Context["about"])
		_, _, found, err := w.OpenOn(t.Context(), dialogue.SMS, pgtest.HerNumber)
		require.NoError(t, err)
		require.True(t, found)
		return err
	})
	pgtest.Do(t, db, func(w *store.Work) error {
		result, done, err := w.BeginCommand(t.Context(), 1, "c1")
		require.True(t, done)
		require.JSONEq(t, `{"subject": "`+pgtest.HerCase+`"}`, string(result))
		return err
	})
	numbers, err := db.CaseNumbers(t.Context(), pgtest.HerNumber)
	require.NoError(t, err)
	require.Equal(t, []string{l.Case.Number}, numbers)
	events, err := db.StreamEvents(t.Context(), "contact:1", 0, 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Contains(t, string(events[0].Data), "о: "+pgtest.HerWords, "an event has the words of its line")
	require.NotContains(t, pgtest.Value[string](t, url, `SELECT string_agg(payload::text, '') FROM stream_events`), "body", "and keeps none")
}

// What one row sealed opens in no other, and not in another's mouth.
func TestSealedRowsCannotBeSwapped(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a line in another's mouth": `UPDATE entries SET speaker = 'okno' WHERE speaker = 'citizen'`,
		"another's line":            `UPDATE entries e SET sealed = o.sealed FROM entries o WHERE o.speaker <> e.speaker`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			l := pgtest.Live(t, db, url)
			pgtest.Exec(t, url, statement)
			_, err := db.ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
			require.ErrorIs(t, err, seal.ErrBroken)
		})
	}
}

// Rows of an older version are sealed by the migration, once, and read as before.
func TestWhatAnOlderVersionWroteIsSealed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Exec(t, url, `
		INSERT INTO queues (name, title) VALUES ('general', '{}');
		INSERT INTO interactions (channel, number, language) SELECT 'sms', '+7701' || lpad(n::text, 7, '0'), 'ru' FROM generate_series(1, 250) n;
		INSERT INTO interactions (channel, number, language) VALUES ('voice', '', 'ru');
		INSERT INTO entries (interaction_id, speaker, kind, body) SELECT id, 'citizen', 'wrote', 'слова ' || id FROM interactions;
		INSERT INTO sessions (interaction_id, version, state) SELECT id, 'v', '{"version": "v", "language": "ru", "node": "main"}' FROM interactions;
		INSERT INTO contacts (interaction_id, queue, channel, language, reason, context, effect) SELECT id, 'general', 'sms', 'ru', '', '{"case": "123456786"}', 'x' FROM interactions;
		INSERT INTO cases (number, kind, state, contact, subject) SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', '+7701' || lpad(n::text, 7, '0'), 'дело ' || n FROM generate_series(1, 250) n;
		INSERT INTO case_moves (case_id, to_state, by, why, told) SELECT id, 'registered', 'citizen', 'opened', 'сказано' FROM cases`)
	_, err := db.Migrate(t.Context())
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, url, `
		SELECT (SELECT count(*) FROM interactions WHERE number IS NOT NULL) + (SELECT count(*) FROM entries WHERE body IS NOT NULL) +
		       (SELECT count(*) FROM sessions WHERE state IS NOT NULL) + (SELECT count(*) FROM contacts WHERE context IS NOT NULL) +
		       (SELECT count(*) FROM cases WHERE subject IS NOT NULL OR contact IS NOT NULL) + (SELECT count(*) FROM case_moves WHERE why IS NOT NULL OR told IS NOT NULL)`))
	require.Equal(t, 501, pgtest.Value[int](t, url, `SELECT count(*) FROM data_keys`))
	require.Equal(t, "слова 250 main 123456786", pgtest.Opened[string](t, url, `
		SELECT e.body || ' ' || (s.state ->> 'node') || ' ' || (c.context ->> 'case') FROM interactions i JOIN entries e ON e.interaction_id = i.id
		JOIN sessions s ON s.interaction_id = i.id JOIN contacts c ON c.interaction_id = i.id WHERE i.number = '+77010000250'`))
	require.Equal(t, "дело 7 opened сказано", pgtest.Opened[string](t, url, `
		SELECT c.subject || ' ' || m.why || ' ' || m.told FROM cases c JOIN case_moves m ON m.case_id = c.id WHERE c.contact = '+77010000007'`))
	numbers, err := db.CaseNumbers(t.Context(), "+77010000007")
	require.NoError(t, err)
	require.Equal(t, []string{"000000007"}, numbers)
	n, err := db.SealInteractions(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// A new master key goes on while nodes serve; afterwards the old one is of no use, and everything is found and opened by the new one.
func TestEveryKeyRotates(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	l := pgtest.Live(t, pgtest.Open(t, url), url)
	finds := func(db *store.Store) {
		require.NoError(t, db.Do(context.Background(), func(w *store.Work) error {
			id, _, found, err := w.OpenOn(t.Context(), dialogue.SMS, pgtest.HerNumber)
			require.True(t, found)
			require.Equal(t, l.Interaction, id)
			return err
		}))
		numbers, err := db.CaseNumbers(t.Context(), pgtest.HerNumber)
		require.NoError(t, err)
		require.Equal(t, []string{l.Case.Number}, numbers)
		v, err := db.ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
		require.NoError(t, err)
		require.Equal(t, pgtest.HerCase, v.Cases[0].Subject)
		require.Equal(t, pgtest.HerName, v.Citizen.Name)
		require.Len(t, v.Timeline, 2)
	}
	both := pgtest.OpenBy(t, url, pgtest.NextKey, pgtest.OldKey)
	finds(both)
	n, err := both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, n, "of the citizen, the interaction, the case, the agent")
	n, err = both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	finds(pgtest.OpenBy(t, url, pgtest.NextKey))
	require.ErrorContains(t, func() error {
		_, err := pgtest.OpenBy(t, url, pgtest.OldKey).ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
		return err
	}(), "not on the ring")
}

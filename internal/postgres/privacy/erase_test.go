package privacy_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/lockout"
	attempts "okno/internal/postgres/lockout"
	"okno/internal/postgres/pgtest"
	forgetting "okno/internal/postgres/privacy"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
)

// messages are what came from her and went to her, and other traces of her number; and one message that is somebody else's.
func messages(t *testing.T, url string) {
	t.Helper()
	hers, others := literal(pgtest.Index(pgtest.HerNumber)), literal(pgtest.Index("+77010000009"))
	subject := attempts.Hide(pgtest.Keys, lockout.Number(pgtest.HerNumber))
	pgtest.Exec(t, url, `
WITH m AS (
    INSERT INTO mo_messages (link, bind, source, source_index, destination, fingerprint, processed_at)
    VALUES ('a', 'b', '', `+hers+`, '1414', 'x', now()), ('a', 'b', '', `+others+`, '1414', 'y', now()) RETURNING id, source_index
), p AS (
    INSERT INTO mo_parts (link, source, source_index, destination, reference, total, part, sealed, coding, bind, mo_id)
    SELECT 'a', '', source_index, '1414', 1, 2, 1, '', 0, 'b', id FROM m WHERE source_index = `+hers+`
), o AS (
    INSERT INTO mt_messages (lane, destination, destination_index, expires_at) VALUES ('reply', '', `+hers+`, now()) RETURNING id
), s AS (INSERT INTO mt_segments (id, mt_id, part, state, expires_at) SELECT id * 256 + 1, id, 1, 'delivered', now() FROM o
), u AS (INSERT INTO ussd_requests (number_index, bind, fingerprint, received_at, sealed, last) VALUES (`+hers+`, 'b', '', now(), '', true)
), b AS (INSERT INTO subscribers (number_index, sealed_number, language) VALUES (`+hers+`, '', 'ru')
), l AS (INSERT INTO lockouts (way, subject, failures) VALUES ('otp', '`+subject+`', 1)
), e AS (INSERT INTO episodes (kind, subject, began_at, last_at, times) VALUES ('x', '`+subject+`', now(), now(), 1))
INSERT INTO challenges (public_id, client, purpose, number, number_index, citizen_id, mac, state, expires_at)
SELECT 'c', 'okno', 'sign-in', '', `+hers+`, id, '', 'expired', now() FROM citizens`)
}

// literal is octets in SQL.
func literal(octets []byte) string { return fmt.Sprintf(`'\x%x'::bytea`, octets) }

// hangsUp ends what she has under way.
const hangsUp = `
UPDATE contacts SET state = 'ended', agent_id = 1, ended_at = now();
UPDATE interactions SET ended_at = now(), outcome = 'operator'`

func nobody(privacy.Erasure) error { return nil }

func TestAnErasedCitizenIsNowhere(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	messages(t, url)
	var other int64
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		other, err = w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "000101051361", Name: "Другая", Numbers: []string{"+77010000009"}})
		return err
	})
	_, err := db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", nobody)
	require.ErrorIs(t, err, privacy.ErrLive)
	pgtest.Exec(t, url, hangsUp)
	before := pgtest.Dump(t, url)
	require.Contains(t, before, hex.EncodeToString(pgtest.Index(pgtest.HerNumber)))

	list := privacy.NewList(filepath.Join(t.TempDir(), "erasures"), []byte("key"))
	unlisted := errors.New("the disk is full")
	_, err = db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", func(privacy.Erasure) error { return unlisted })
	require.ErrorIs(t, err, unlisted)
	require.Contains(t, pgtest.Dump(t, url), hex.EncodeToString(pgtest.Index(pgtest.HerNumber)), "what is not noted outside is not done")
	erased, err := db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", list.Add)
	require.NoError(t, err)
	require.Equal(t, privacy.Erased{Interactions: 1, Cases: 1, Messages: 2}, erased)
	pgtest.HidesHer(t, pgtest.Dump(t, url))
	noted, err := list.Read()
	require.NoError(t, err)
	require.Equal(t, l.Citizen, noted[0].Citizen)
	_, err = db.EraseCitizen(t.Context(), l.Citizen, "test", "again", nobody)
	require.ErrorIs(t, err, citizen.ErrUnknown)

	// What is counted stays, and what the journal has of her id.
	require.Equal(t, "operator", pgtest.Value[string](t, url, `SELECT outcome FROM interactions`))
	require.Equal(t, l.Case.Number+" accepted", pgtest.Value[string](t, url, `SELECT number || ' ' || state FROM cases`))
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM case_moves`))
	require.Equal(t, "asked for it", pgtest.Value[string](t, url, `SELECT detail ->> 'reason' FROM audit WHERE action = 'citizen.erase'`))
	v, err := db.ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
	require.NoError(t, err)
	require.Empty(t, v.Timeline)
	require.Empty(t, v.Citizen.Number+v.Citizen.Name)
	pgtest.Do(t, db, func(w *store.Work) error {
		result, done, err := w.BeginCommand(t.Context(), 1, "c1")
		require.True(t, done, "a command is not done again")
		require.Equal(t, "null", string(result))
		return err
	})
	require.Equal(t, other, pgtest.Value[int64](t, url, `SELECT citizen_id FROM bindings`))
	require.Equal(t, pgtest.Index("+77010000009"), pgtest.Value[[]byte](t, url, `SELECT source_index FROM mo_messages`), "somebody else's")
	for _, table := range []string{"mo_parts", "mt_messages", "mt_segments", "ussd_requests", "lockouts", "episodes", "challenges"} {
		require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM `+table), table)
	}
}

// restore puts a dump into a database.
func restore(t *testing.T, url, dump string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", url)
	cmd.Stdin = strings.NewReader(dump)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
}

// A backup of before brings her back, until the list that was kept elsewhere is replayed; and it forgets nobody else.
func TestErasuresAreReplayedAfterARestore(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	pgtest.Exec(t, url, hangsUp)
	backup := pgtest.Dump(t, url, "--clean", "--if-exists")
	list := privacy.NewList(filepath.Join(t.TempDir(), "erasures"), []byte("key"))
	_, err := db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", list.Add)
	require.NoError(t, err)

	restored := pgtest.URL(t)
	restore(t, restored, backup)
	again := pgtest.Open(t, restored)
	v, err := again.ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
	require.NoError(t, err)
	require.Equal(t, pgtest.HerName, v.Citizen.Name, "the backup has her")
	erasures, err := list.Read()
	require.NoError(t, err)
	somebodyElse := erasures[0]
	somebodyElse.Since = somebodyElse.Since.Add(time.Second)
	n, err := again.ReplayErasures(t.Context(), []privacy.Erasure{somebodyElse}, "test")
	require.NoError(t, err)
	require.Zero(t, n, "an id that was given anew is another's")
	n, err = again.ReplayErasures(t.Context(), erasures, "test")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	pgtest.HidesHer(t, pgtest.Dump(t, restored))
	n, err = again.ReplayErasures(t.Context(), erasures, "test")
	require.NoError(t, err)
	require.Zero(t, n)
}

// A backup of the data without the keys, which are backed up apart and for days only, opens nothing once the keys are gone.
func TestABackupWithoutItsKeysSaysNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	pgtest.Exec(t, url, hangsUp)
	backup := pgtest.Dump(t, url, "--clean", "--if-exists", "--exclude-table-data=data_keys")
	_, err := db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", nobody)
	require.NoError(t, err)
	keys := pgtest.Dump(t, url, "--data-only", "--table=data_keys")

	restored := pgtest.URL(t)
	restore(t, restored, backup)
	restore(t, restored, keys)
	v, err := pgtest.Open(t, restored).ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
	require.NoError(t, err)
	require.Len(t, v.Timeline, 2)
	require.Empty(t, v.Timeline[0].Body+v.Timeline[1].Body)
	require.Empty(t, v.Citizen.Number+v.Citizen.Name)
	require.Empty(t, v.Cases[0].Subject)
}

func TestAnExportHasEverything(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	messages(t, url)
	_, err := db.ContactView(t.Context(), 1, l.Contact, "", func(contact.Contact) error { return nil })
	require.NoError(t, err)
	id, err := db.CitizenByNationalNumber(t.Context(), pgtest.HerNational)
	require.NoError(t, err)
	require.Equal(t, l.Citizen, id)
	d, err := db.ExportCitizen(t.Context(), id, "test", "asked for it")
	require.NoError(t, err)
	require.Equal(t, pgtest.HerName, d.Citizen.Name)
	require.Equal(t, pgtest.HerNumber, d.Numbers[0].Number)
	require.Equal(t, []string{pgtest.HerCase, pgtest.HerBody}, []string{d.Cases[0].Subject, d.Cases[0].Body})
	require.Equal(t, "сказано ей", d.Cases[0].Moves[1].Told)
	require.Equal(t, []string{pgtest.HerWords, "о: " + pgtest.HerWords}, []string{d.Interactions[0].Lines[0].Text, d.Interactions[0].Lines[1].Text})
	require.Len(t, d.Messages, 2)
	require.Len(t, d.Passwords, 1)
	require.Equal(t, "contact.view", d.Journal[0].Action)
	whole, err := json.Marshal(d)
	require.NoError(t, err)
	require.NotContains(t, string(whole), "+77010000009")
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action = 'citizen.export'`))
	_, err = db.ExportCitizen(t.Context(), 999, "test", "")
	require.ErrorIs(t, err, citizen.ErrUnknown)
}

// elsewhere are tables with columns that look like a citizen's, and why erasing leaves them alone.
var elsewhere = map[string]string{
	"smpp_submits":        "goes with its message",
	"smpp_accounts":       "an agency's own addresses",
	"sms_quarantine":      "nobody could read it; 30 days",
	"mt_receipts":         "3 days",
	"second_factors":      "an agent's",
	"dialogues":           "texts of Okno",
	"stream_events":       "they name lines and say none; 7 days",
	"exchange_endpoints":  "an agency's secrets",
	"webhook_endpoints":   "a client's secrets",
	"exchange_deliveries": "the body goes with the case's key",
	"exchange_events":     "the reason goes with the case's key",
	"service_asks":        "the words go with the interaction's key",
	"report_hours":        "counts; their source is a part of the ledger",
	"report_marks":        "how far a part of the ledger was counted",
	"case_batches":        "why cases move together, for ten seconds; it names no citizen",
	"audit":               "the journal names citizens by their ids",
	"guesses":             "hashes of an agent's login and address",
	"river_job":           "no job is given a citizen's data",
	"invitations":         "an agent's",
	"sso_accounts":        "an agent's",
	"key_checks":          "ids of keys",
	"key_uses":            "ids of keys",
	"own_keys":            "the installation's",
	"river_notification":  "always empty",
}

// A table that holds a citizen's data, and that erasing does not know, shows here.
func TestErasureKnowsEveryTable(t *testing.T) {
	t.Parallel()
	const suspects = `
SELECT array_agg(DISTINCT c.table_name::text) FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND c.column_name ~ '^(citizen_id|number|number_index|source|destination|destinations|contact|subject|body|text|sealed.*|raw|payload)$'`
	for _, table := range pgtest.Value[[]string](t, pgtest.URL(t), suspects) {
		if _, known := elsewhere[table]; !known {
			require.True(t, slices.Contains(forgetting.Tables(), table), "how is a citizen erased from %s? Write it into forgets", table)
		}
	}
}

// A national number of any kind names its citizen, and one that two have as numbers of different kinds names neither.
func TestANumberOfAnyKindNamesItsCitizen(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	save := func(kind, number string) (id int64) {
		pgtest.Do(t, db, func(w *store.Work) (err error) {
			id, err = w.SaveCitizen(t.Context(), citizen.Citizen{Kind: kind, NationalNumber: number, Name: "Имя"})
			return err
		})
		return id
	}
	ivanov := save("snils", "11223344595")
	found, err := db.CitizenByNationalNumber(t.Context(), "11223344595")
	require.NoError(t, err)
	require.Equal(t, ivanov, found)
	const both = "150440010000" // valid as an IIN and as a BIN
	save("iin", both)
	save("bin", both)
	_, err = db.CitizenByNationalNumber(t.Context(), both)
	require.ErrorIs(t, err, privacy.ErrSeveral)
	_, err = db.CitizenByNationalNumber(t.Context(), "no number")
	require.ErrorIs(t, err, citizen.ErrUnknown)
}

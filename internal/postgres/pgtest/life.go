package pgtest

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/store"
)

// What the tests of privacy say of a citizen, none of which may be read in the database.
const (
	HerNumber   = "+77019998877"
	HerNational = "900513000008"
	HerName     = "Айгуль Сериковна"
	HerWords    = "у меня украли паспорт"
	HerCase     = "Жалоба на соседа Ермека"
	HerBody     = "Жалоба на соседа Ермека\nДержит перфоратор на балконе"
)

// secrets are they.
var secrets = []string{HerNumber, HerNumber[2:], HerNational, HerName, "Айгуль", HerWords, "украли", HerCase, "Ермек", "перфоратор", "сказано ей"}

// Life is a citizen with a bound number, a conversation that waits for an operator, a case, and an agent's command about it.
type Life struct {
	Citizen, Interaction, Contact int64
	Case                          cases.Case
}

// Live lets her live.
func Live(t testing.TB, db *store.Store, url string) (l Life) {
	t.Helper()
	ctx := context.Background()
	Do(t, db, func(w *store.Work) (err error) {
		if err = w.SaveQueue(ctx, "general", map[string]string{"ru": "Общие"}); err != nil {
			return err
		}
		l.Citizen, err = w.SaveCitizen(ctx, citizen.Citizen{NationalNumber: HerNational, Name: HerName, Language: "ru", Numbers: []string{HerNumber}})
		return err
	})
	Do(t, db, func(w *store.Work) (err error) {
		l.Interaction, err = w.OpenInteraction(ctx, conversation.Interaction{Channel: dialogue.SMS, Number: HerNumber, CitizenID: l.Citizen, Verification: "number", Language: "ru"})
		if err != nil {
			return err
		}
		slots := map[string]dialogue.Value{"words": {Type: dialogue.TypeText, Text: HerWords}}
		if err = w.AddSession(ctx, l.Interaction, conversation.Session{State: dialogue.State{Version: "v", Language: "ru", Slots: slots}}); err != nil {
			return err
		}
		if err = w.AddEntries(ctx, l.Interaction, conversation.Entry{Speaker: conversation.Citizen, Kind: "wrote", Body: HerWords}); err != nil {
			return err
		}
		l.Case, err = w.OpenCase(ctx, cases.Opening{Kind: cases.Appeal, CitizenID: l.Citizen, Contact: HerNumber, Subject: HerCase, Body: HerBody, By: "citizen"})
		if err != nil {
			return err
		}
		if err = w.LinkCase(ctx, l.Interaction, l.Case.ID); err != nil {
			return err
		}
		_, err = w.MoveCase(ctx, l.Case, cases.Accepted, time.Time{}, "agent:1", "потому что Ермек")
		if err == nil {
			err = w.NoteTold(ctx, l.Case, cases.Told{Text: "сказано ей"})
		}
		return err
	})
	Exec(t, url, `INSERT INTO agents (login, name, role, password_hash, languages, status, connected_until)
		VALUES ('a', 'Оператор', 'agent', '', '{kk,ru,en}', 'available', now() + interval '1 hour');
		INSERT INTO agent_queues SELECT id, 'general' FROM agents`)
	Do(t, db, func(w *store.Work) error {
		joined, err := w.JoinQueue(ctx, contact.Arrival{Interaction: l.Interaction, Channel: "sms", Number: HerNumber, Queue: "general", Language: "ru",
			Reason: "asked", Context: map[string]string{"about": HerWords}, Effect: "x"})
		require.Equal(t, contact.Joined, joined)
		return err
	})
	l.Contact = Value[int64](t, url, `SELECT max(id) FROM contacts`)
	Do(t, db, func(w *store.Work) error { // after the contact: its desk is told of the line
		return w.AddEntries(ctx, l.Interaction, conversation.Entry{Speaker: "agent:1", Kind: "note", Body: "о: " + HerWords})
	})
	Do(t, db, func(w *store.Work) error {
		if _, _, err := w.BeginCommand(ctx, 1, "c1"); err != nil {
			return err
		}
		return w.EndCommand(ctx, 1, "c1", json.RawMessage(`{"subject": "`+HerCase+`"}`))
	})
	return l
}

// Dump gives the whole database as pg_dump writes it, binary columns as their octets.
func Dump(t testing.TB, url string, arguments ...string) string {
	t.Helper()
	said, err := exec.CommandContext(context.Background(), "pg_dump", append([]string{"--dbname", url, "--inserts"}, arguments...)...).Output()
	require.NoError(t, err)
	return string(said)
}

// HidesHer wants none of what is said of her in a text, nor its octets in hexadecimal.
func HidesHer(t testing.TB, text string) {
	t.Helper()
	for _, s := range secrets {
		require.NotContains(t, text, s)
		require.NotContains(t, text, hex.EncodeToString([]byte(s)), "as octets")
	}
}

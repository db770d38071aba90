package e2e

import (
	"fmt"
	"strings"
	"testing"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// telephone starts an Asterisk with phones, and gives the section of the configuration.
func (a *attacked) telephone(t *testing.T) (section string) {
	t.Helper()
	clips := clipCache()
	asterisk := startAsterisk(t, "", clips)
	a.phones = ivrtest.StartPhones(t, tools, asterisk.SIP())
	return fmt.Sprintf(`voice:
  espeak: %q
  clips: %q
  asterisks: [{name: ast1, ari_url: %q, username: okno, password: secret}]
`, tools.Espeak, clips, asterisk.ARI())
}

// told is all that a number was told by phone so far.
func (a *attacked) told(t *testing.T, number string) string {
	t.Helper()
	return pgtest.Opened[string](t, a.database, `
SELECT coalesce(string_agg(e.body, E'\n' ORDER BY e.id), '') FROM entries e JOIN interactions i ON i.id = e.interaction_id
WHERE i.number = $1 AND e.kind = 'said'`, number)
}

// isTold waits until a number was told something so many times.
func (a *attacked) isTold(t *testing.T, number, what string, times int) {
	t.Helper()
	eventually(t, patience, func() bool { return strings.Count(a.told(t, number), what) >= times },
		func() string {
			return fmt.Sprintf("%s was not told %q %d times, but\n%s", number, what, times, a.told(t, number))
		})
}

// dials calls 1414 from a number in English.
func (a *attacked) dials(t *testing.T, number string) *ivrtest.Phone {
	t.Helper()
	first := a.told(t, number) == ""
	phone := a.phones.Call(t, number, "1414")
	eventually(t, patience, func() bool { return phone.IsUp() && phone.Heard().Length() > 0 }, func() string { return "nobody answers " + number })
	if first {
		phone.Key(t, "3")
		a.isTold(t, number, "To learn about a service", 1)
	}
	return phone
}

// guessesCasesByKeys asks for case numbers that may be there, call after call, and for one that is after all that.
func (a *attacked) guessesCasesByKeys(t *testing.T) {
	number := a.caseOf(t, "+77010000003", "accepted")
	const stranger = "+77017780001"
	tries := 0
	for range 10 { // a call for each: what is pressed before a refusal has been said counts for nothing
		phone := a.dials(t, stranger)
		phone.Key(t, "2")
		phone.Key(t, unknownCase(t))
		tries++
		a.isTold(t, stranger, "There is no case with this number", tries)
		phone.HangUp(t)
	}
	phone := a.dials(t, stranger)
	phone.Key(t, "2")
	phone.Key(t, number)
	a.isTold(t, stranger, "Too many numbers of cases", 1)
	phone.HangUp(t)
	var got []string
	if said := a.told(t, stranger); strings.Contains(said, "Accepted") {
		got = append(got, said)
	}
	a.tried("telephone keys", "case numbers guessed, then one that is there", tries+1, "the same word of a block", got...)
}

// guessesPINsByKeys claims to be the citizen of a case.
func (a *attacked) guessesPINsByKeys(t *testing.T) {
	number := a.caseOf(t, "+77010000003", "accepted")
	const stranger = "+77017780002"
	pins := []string{"123456", "111111", "920720", "654321"}
	for i, pin := range pins {
		phone := a.dials(t, stranger)
		phone.Key(t, "2")
		phone.Key(t, number)
		a.isTold(t, stranger, "For details, press one", i+1)
		phone.Key(t, "1")
		a.isTold(t, stranger, "Enter your IIN", i+1)
		phone.Key(t, "920720350032")
		a.isTold(t, stranger, "Prove that it is you", i+1)
		phone.Key(t, "1")
		a.isTold(t, stranger, "Enter your PIN", i+1)
		phone.Key(t, pin)
		eventually(t, patience, func() bool {
			said := a.told(t, stranger)
			return strings.Count(said, "That is not right")+strings.Count(said, "The PIN is blocked") > i
		}, func() string { return "the guess was not judged:\n" + a.told(t, stranger) })
		phone.HangUp(t)
	}
	var got []string
	if said := a.told(t, stranger); strings.Contains(said, "Next:") || strings.Contains(said, "Due") {
		got = append(got, said)
	}
	a.tried("telephone keys", "a PIN guessed for the citizen of a case", len(pins), "wrong; other ways are named", got...)
}

// mashesKeys holds nobody up and is told nothing.
func (a *attacked) mashesKeys(t *testing.T) {
	const stranger = "+77017780003"
	nonsense := []string{"######", "***999***", "0123456789", strings.Repeat("1", 30), strings.Repeat("#*", 10)}
	for _, keys := range nonsense {
		phone := a.dials(t, stranger)
		phone.Key(t, keys)
		phone.HangUp(t)
	}
	const left = `SELECT count(*) FROM calls WHERE state <> 'ended'`
	eventually(t, patience, func() bool { return pgtest.Value[int](t, a.database, left) == 0 }, func() string { return "calls are left" })
	a.tried("telephone keys", "keys in bursts, and a hang-up behind them", len(nonsense), "the menu; no call is left")
}

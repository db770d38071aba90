package conversation_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const (
	bound   = "+77010000001"
	unbound = "+77019999999"
)

// world is an engine on a database of its own, with one citizen, one case and two services.
type world struct {
	url      string
	db       *store.Store
	engine   *conversation.Engine
	library  *conversation.Library
	services *catalogue.Cache
	vault    *otp.Vault
	otp      *otp.Service
	number   string // of the citizen's case
	citizen  int64
	hashing  *hashing
	now      time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	url := pgtest.URL(t)
	w := &world{url: url, db: pgtest.Open(t, url), now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	segments := func(string) int { return 1 }
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	vocabulary := conversation.Vocabulary(segments)
	d, err := dialogue.Parse(files, vocabulary)
	require.NoError(t, err)
	library, err := conversation.NewLibrary(ctx, d, files, w.db, vocabulary)
	require.NoError(t, err)
	services := catalogue.NewCache(w.db, nil, clock, zerolog.Nop())
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	w.library, w.services, w.vault = library, services, vault
	ring, err := otp.NewRing([]byte("a secret for tests"))
	require.NoError(t, err)
	w.otp = otp.NewService(otp.Options{Store: w.db, Vault: vault, Ring: ring, Texts: texts{}, Segments: segments, Limits: otp.DefaultLimits,
		Clock: clock, Log: zerolog.Nop()})
	w.engine = conversation.NewEngine(library, services, vault, conversation.Writing{Segments: segments, Pages: func(s, _ string) []string { return []string{s} }}, clock, zerolog.Nop())
	w.hashing = &hashing{Budget: password.NewBudget()}
	w.proves(w.engine)
	require.NoError(t, w.db.Do(ctx, func(work *store.Work) error {
		id, err := work.SaveCitizen(ctx, citizen.Citizen{NationalNumber: iin, Name: "Айгүл", Language: dialogue.Russian, Numbers: []string{bound}})
		require.NoError(t, err)
		c, err := work.OpenCase(ctx, cases.Opening{Kind: cases.Application, CitizenID: id, Subject: "справка", By: "okno", DueOn: w.now.AddDate(0, 0, 14)})
		require.NoError(t, err)
		w.number, w.citizen = c.Number, id
		require.NoError(t, work.SaveAgency(ctx, "moj", map[dialogue.Language]string{"ru": "Министерство"}))
		var added []catalogue.Service
		for code, name := range map[string]string{"028": "Справка о расторжении брака", "029": "Справка о заключении брака", "030": "Прежняя выписка"} {
			s := catalogue.Service{Code: code, Category: "civil-registry", Agency: "moj", Stage: 3, Owner: "o", ValidFrom: w.now, ValidUntil: w.now, ReviewBy: w.now, Texts: map[dialogue.Language]catalogue.Text{}}
			if code == "030" {
				s.ValidFrom, s.ValidUntil = w.now.AddDate(0, 0, -9), w.now.AddDate(0, 0, -2)
			}
			for _, l := range dialogue.Languages {
				s.Texts[l] = catalogue.Text{Name: name, Title: name, Short: name + ", 1 день", Spoken: name, Keywords: []string{"брак"}}
			}
			added = append(added, s)
		}
		require.NoError(t, work.SaveServices(ctx, catalogue.Changes(nil, added), "test", ""))
		return nil
	}))
	pgtest.AddClient(t, w.db, "portal", "", "sign-in")
	require.NoError(t, services.Fill(ctx))
	return w
}

// codeIn finds the code in a message.
var codeIn = regexp.MustCompile(`\b\d{6}\b`)

type texts struct{}

func (texts) Passcode(_ dialogue.Language, code string, _ time.Duration, _ bool) string {
	return "code " + code
}

// writes sends a message and gives the reply.
func (w *world) writes(t *testing.T, from, text string) string {
	t.Helper()
	ctx := context.Background()
	var id int64
	require.NoError(t, w.db.Do(ctx, func(work *store.Work) (err error) {
		id, err = w.engine.Handle(ctx, work, message.MO{Source: from, Text: text})
		return err
	}))
	require.NotZero(t, id)
	return w.lastMT(t, from)
}

func (w *world) lastMT(t *testing.T, to string) string {
	t.Helper()
	texts := pgtest.Texts(t, w.url, "destination = $1", to)
	require.NotEmpty(t, texts)
	return texts[len(texts)-1]
}

func TestByText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, "Дело "+w.number+". Зарегистрировано. Дальше: приём органом. Срок: 05.12.2026", w.writes(t, bound, "СТАТУС "+w.number))
	require.Equal(t, "Case "+w.number+". Registered. For details, reply 1 and prove that it is you.", w.writes(t, unbound, "STATUS "+w.number))
	require.Equal(t, "Ответьте номером:\n1 Справка о расторжении брака\n2 Справка о заключении брака", w.writes(t, bound, "ИНФО брака"))
	require.Equal(t, "029 Справка о заключении брака, 1 день", w.writes(t, bound, "2"))
	require.Contains(t, w.writes(t, unbound, "STATUS 123456785"), "mistake")
	require.Contains(t, w.writes(t, unbound, "123456786"), "no case")
	require.Contains(t, w.writes(t, unbound, "тоқта"), "Хабарламалар өшірілді")
}

func TestNobodyOnDutyMakesACallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.url, `INSERT INTO queues VALUES ('general', '{}')`)
	require.Equal(t, "Сейчас операторов нет. Ответьте 1, и мы перезвоним.", w.writes(t, bound, "оператор"))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM contacts`), "who has not said yes is promised nothing")
	require.Contains(t, w.writes(t, bound, "1"), "Мы перезвоним")
	require.Equal(t, "callback waiting", pgtest.Value[string](t, w.url, `SELECT channel || ' ' || state FROM contacts`))
}

// The number of a call whose trunk does not vouch for it is a claim: a stranger can make it. No code is spoken on it, and of a case it
// hears what anybody hears.
func TestACallersNumberIsAClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.otp.Send(ctx, otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	for vouched, want := range map[bool]struct{ level, passcode, status string }{
		true:  {"number", "found", "found"},
		false: {"none", "unbound", "stage_only"},
	} {
		turn := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Begin(ctx, work, dialogue.Voice, conversation.Caller{Number: bound, Vouched: vouched})
		})
		require.Equal(t, want.level, pgtest.Value[string](t, w.url, `SELECT verification FROM interactions WHERE id = $1`, turn.Interaction))
		require.NoError(t, w.db.Do(ctx, func(work *store.Work) error {
			i, _, err := work.LockSession(ctx, turn.Interaction)
			require.NoError(t, err)
			for action, outcome := range map[string]string{"passcode.fetch": want.passcode, "case.status": want.status} {
				effect := &dialogue.Effect{ID: "1.1", Action: action, With: map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: w.number}}}
				if action == "passcode.fetch" {
					effect.With = nil
				}
				in, err := w.engine.Act(ctx, work, w.library.Current(), i, effect)
				require.NoError(t, err)
				require.Equal(t, outcome, in.Name, "%s, vouched %v", action, vouched)
			}
			return nil
		}))
	}
}

func TestThePasscodeIsReadOutToItsNumberOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	challenge, err := w.otp.Send(ctx, otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	code := codeIn.FindString(w.lastMT(t, bound))

	require.Equal(t, []string{code, code}, w.callFor(t, bound, "3"), "it is said twice")
	require.Empty(t, w.callFor(t, unbound, "3"))

	verify := func(client, answer string) error {
		_, err := w.otp.Verify(ctx, client, challenge.PublicID, answer)
		return err
	}
	require.ErrorIs(t, verify("portal", "x"), otp.ErrWrong)
	require.ErrorIs(t, verify("other", code), otp.ErrUnknown)
	require.NoError(t, verify("portal", code))
	require.ErrorIs(t, verify("portal", code), otp.ErrUsed)
	require.Empty(t, w.callFor(t, bound, "3"), "a used password is not read out")
	require.Zero(t, pgtest.Opened[int](t, w.url, `
		SELECT (SELECT count(*) FROM entries WHERE body LIKE '%' || $1 || '%') + (SELECT count(*) FROM sessions WHERE state::text LIKE '%' || $1 || '%')`,
		code), "the code is in no transcript and no session")
}

// turn takes one turn, committed.
func (w *world) turn(t *testing.T, take func(*store.Work) (conversation.Turn, error)) (turn conversation.Turn) {
	t.Helper()
	require.NoError(t, w.db.Do(context.Background(), func(work *store.Work) (err error) {
		turn, err = take(work)
		return err
	}))
	return turn
}

// callFor calls, presses the keys in Russian, and gives the digits that were spoken.
func (w *world) callFor(t *testing.T, from, keys string) []string {
	t.Helper()
	ctx := context.Background()
	turn := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
		return w.engine.Begin(ctx, work, dialogue.Voice, conversation.Caller{Number: from, Vouched: true})
	})
	press := func(keys string) {
		turn = w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Advance(ctx, work, turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		})
	}
	if len(turn.Spoken) == 2*len(dialogue.Languages) { // greeted and asked in each
		press("2")
	}
	for _, key := range keys {
		press(string(key))
	}
	var digits []string
	for _, utterance := range turn.Spoken {
		for _, fragment := range utterance {
			if fragment.Kind == dialogue.SpokenSecret {
				digits = append(digits, fragment.Text)
			}
		}
	}
	return digits
}

// The language that a dialogue begins with can be chosen like any other, and is remembered.
func TestAChosenLanguageIsRemembered(t *testing.T) {
	t.Parallel()
	for key, language := range map[string]dialogue.Language{"1": dialogue.Kazakh, "2": dialogue.Russian} {
		w := newWorld(t)
		require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
			turn, err := w.engine.Begin(t.Context(), work, dialogue.Voice, conversation.Caller{Number: unbound, Vouched: true})
			require.NoError(t, err)
			_, err = w.engine.Advance(t.Context(), work, turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: key})
			require.NoError(t, err)
			known, err := work.Known(t.Context(), unbound)
			require.NoError(t, err)
			require.Equal(t, language, known.Language)
			return nil
		}))
	}
}

package conversation_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/totp"
)

const (
	iin      = "850101300015" // of the citizen of the world
	otherIIN = "900513000008"
	freeIIN  = "000101051361" // is nobody's
	pin      = "493817"
	landline = "+77015550100" // a line that is nobody's
)

// hashing counts the hashes.
type hashing struct {
	*password.Budget
	done atomic.Int64
}

func (h *hashing) Matches(ctx context.Context, hash, pin string) (bool, error) {
	h.done.Add(1)
	return h.Budget.Matches(ctx, hash, pin)
}

func (w *world) proves(e *conversation.Engine) {
	segments := func(string) int { return 1 }
	registrar := citizen.NewRegistrar(conversation.NewPasscodes(w.library, conversation.Writing{Segments: segments}), segments, func() time.Time { return w.now })
	e.Proves(conversation.Proving{Passwords: w.otp, Hashing: w.hashing, Registrar: registrar})
}

func (w *world) setPIN(t *testing.T, whose int64, pin string) {
	t.Helper()
	hash, err := password.HashPIN(pin)
	require.NoError(t, err)
	pgtest.Do(t, w.db, func(work *store.Work) error { return work.SetPIN(t.Context(), whose, hash, "test") })
}

// codeTo gives the code that was sent to a number last.
func (w *world) codeTo(t *testing.T, number string) (code string) {
	t.Helper()
	for _, text := range w.written(t, number) {
		if found, is := strings.CutPrefix(text, "code "); is {
			code = found
		}
	}
	return code
}

func (w *world) save(t *testing.T, national string, numbers ...string) (id int64) {
	t.Helper()
	pgtest.Do(t, w.db, func(work *store.Work) (err error) {
		id, err = work.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: national, Name: "Б", Language: dialogue.Russian, Numbers: numbers})
		return err
	})
	return id
}

// phone is a call in Russian.
type phone struct {
	w    *world
	turn conversation.Turn
}

func (w *world) call(t *testing.T, from string, vouched bool) *phone {
	t.Helper()
	p := &phone{w: w}
	p.turn = w.turn(t, func(work *store.Work) (conversation.Turn, error) {
		return w.engine.Begin(t.Context(), work, dialogue.Voice, conversation.Caller{Number: from, Vouched: vouched})
	})
	if len(p.turn.Spoken) == 2*len(dialogue.Languages) { // greeted and asked in each
		p.keys(t, "2")
	}
	return p
}

// keys presses each entry, and gives what is said to the last, in words.
func (p *phone) keys(t *testing.T, entries ...string) string {
	t.Helper()
	for _, keys := range entries {
		p.turn = p.w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return p.w.engine.Advance(t.Context(), work, p.turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		})
	}
	return p.heard()
}

func (p *phone) heard() string {
	var said []string
	for _, utterance := range p.turn.Spoken {
		for _, f := range utterance {
			said = append(said, f.Text)
		}
	}
	return strings.Join(said, " ")
}

func (w *world) say(key string) string {
	var words []string
	for _, f := range w.library.Current().Texts.Speak(dialogue.Utterance{Key: key, Language: dialogue.Russian}) {
		words = append(words, f.Text)
	}
	return strings.Join(words, " ")
}

// nothingKept wants none of the secrets in what is kept of conversations, or in the journal.
func (w *world) nothingKept(t *testing.T, secrets ...string) {
	t.Helper()
	kept := pgtest.Opened[string](t, w.url, `SELECT coalesce((SELECT string_agg(e::text, ' ') FROM entries e), '') || coalesce((SELECT string_agg(s::text, ' ') FROM sessions s), '') ||
		coalesce((SELECT string_agg(a::text, ' ') FROM audit a), '')`)
	for _, secret := range secrets {
		require.NotContains(t, kept, secret)
	}
}

// A caller whose number the network does not vouch for hears the stage of a case, proves by keys who speaks, in each way, and hears the rest:
// the conversation comes back to where it was. No secret is kept.
func TestAStepUpByKeysComesBack(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"pin", "otp", "totp"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setPIN(t, w.citizen, pin)
			secret, _, err := totp.NewSecret("x")
			require.NoError(t, err)
			pgtest.Do(t, w.db, func(work *store.Work) error {
				if err := work.SetTOTP(t.Context(), w.citizen, secret, "test"); err != nil {
					return err
				}
				confirmed, err := work.ConfirmTOTP(t.Context(), w.citizen, 1, "test")
				require.True(t, confirmed)
				return err
			})
			p := w.call(t, bound, false)
			said := p.keys(t, "2", w.number)
			require.Contains(t, said, "Зарегистрировано")
			require.NotContains(t, said, "приём органом")
			require.Contains(t, p.keys(t, "1"), w.say("verify.who"))
			require.Contains(t, p.keys(t, "850101300014"), w.say("verify.who_mistyped"))
			require.Contains(t, p.keys(t, iin), w.say("verify.how"))
			var answer string
			switch way {
			case "pin":
				require.Contains(t, p.keys(t, "1"), w.say("verify.pin"))
				answer = pin
			case "otp":
				require.Contains(t, p.keys(t, "2"), w.say("verify.code"))
				answer = w.codeTo(t, bound)
			case "totp":
				require.Contains(t, p.keys(t, "3"), w.say("verify.totp"))
				answer, err = totp.Code(secret, w.now)
				require.NoError(t, err)
			}
			require.Len(t, answer, 6)
			require.Contains(t, p.keys(t, "908070"), w.say("verify.wrong"))
			require.Equal(t, "none", w.level(t, p))
			require.Contains(t, p.keys(t, answer), "приём органом", "the answer that was asked for")
			require.Equal(t, "secret", w.level(t, p))
			require.Equal(t, way, pgtest.Value[string](t, w.url, `SELECT verified_by FROM interactions WHERE id = $1 AND verified_at IS NOT NULL AND citizen_id IS NOT NULL`, p.turn.Interaction))
			require.Contains(t, p.keys(t, "*"), "нажмите один и подтвердите", "nothing of the proof is on the way back")
			require.Contains(t, p.keys(t, "*"), w.say("status.ask"))
			w.nothingKept(t, answer, "908070", iin, "850101300014")
			require.Equal(t, []string{"wrong", "proved"}, pgtest.Value[[]string](t, w.url,
				`SELECT array_agg(detail->>'result' ORDER BY id) FROM audit WHERE action = 'identity.prove' AND detail->>'way' = $1`, way))
			if way == "totp" { // a code is taken once
				again := w.call(t, landline, false)
				again.keys(t, "2", w.number, "1", iin, "3")
				require.Contains(t, again.keys(t, answer), w.say("verify.wrong"))
			}
		})
	}
}

func (w *world) level(t *testing.T, p *phone) string {
	t.Helper()
	return pgtest.Value[string](t, w.url, `SELECT verification FROM interactions WHERE id = $1`, p.turn.Interaction)
}

// By SMS from a number that is nobody's: the code goes to a number that is bound, is written back, and the answer comes that was asked for.
// Then the number is bound, which the other one is told, and the PIN is set.
func TestAStepUpBySMS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Contains(t, w.writes(t, unbound, "СТАТУС "+w.number), "ответьте 1")
	require.Contains(t, w.writes(t, unbound, "1"), "12 цифр")
	require.Contains(t, w.writes(t, unbound, iin), "1 ПИН, 2 код")
	require.Contains(t, w.writes(t, unbound, "2"), "6 цифр")
	code := w.codeTo(t, bound)
	require.Contains(t, w.writes(t, unbound, "000000"), "Не подходит")
	require.Equal(t, "Дело "+w.number+". Зарегистрировано. Дальше: приём органом. Срок: 05.12.2026", w.writes(t, unbound, code))
	w.nothingKept(t, code, iin)

	// The conversation is over, and the proof with it.
	require.Contains(t, w.writes(t, unbound, "ПРИВЯЗАТЬ"), "12 цифр")
	w.writes(t, unbound, iin)
	w.now = w.now.Add(time.Hour)
	w.writes(t, unbound, "ПРИВЯЗАТЬ")
	w.writes(t, unbound, iin)
	w.writes(t, unbound, "2")
	require.Equal(t, "Этот номер теперь ваш.", w.writes(t, unbound, w.codeTo(t, bound)))
	require.Contains(t, w.lastMT(t, bound), "привязан номер +7701•••9999")
	require.Equal(t, "sms", pgtest.Value[string](t, w.url, `SELECT proof FROM bindings ORDER BY id DESC LIMIT 1`))
	require.Contains(t, w.writes(t, unbound, "СТАТУС "+w.number), "приём органом")

	require.Contains(t, w.writes(t, unbound, "пин"), "1 ПИН, 2 код", "the number is known, and no more is asked")
	w.now = w.now.Add(time.Hour)
	w.writes(t, unbound, "пин")
	w.writes(t, unbound, "2")
	require.Contains(t, w.writes(t, unbound, w.codeTo(t, unbound)), "1 новый ПИН")
	require.Contains(t, w.writes(t, unbound, "1"), "6 цифр")
	require.Contains(t, w.writes(t, unbound, "123456"), "легко угадать")
	require.Equal(t, "ПИН установлен.", w.writes(t, unbound, pin))
	w.nothingKept(t, pin)
	require.Contains(t, pgtest.Value[string](t, w.url, `SELECT pin_hash FROM citizen_factors`), "$argon2id$")
	p := w.call(t, landline, false)
	p.keys(t, "5", iin, "1")
	require.Contains(t, p.keys(t, pin), w.say("pin.how"))
	require.Contains(t, p.keys(t, "2"), w.say("pin.removed"))
	require.Empty(t, pgtest.Value[string](t, w.url, `SELECT coalesce(pin_hash, '') FROM citizen_factors`))
}

// A portal's password is read out on a line that does not vouch, after the PIN; not to somebody else who has proved who they are.
func TestAPasscodeAfterThePIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setPIN(t, w.citizen, pin)
	thief := w.save(t, otherIIN, "+77010000002")
	w.setPIN(t, thief, "907142")
	_, err := w.otp.Send(t.Context(), otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	code := codeIn.FindString(w.lastMT(t, bound))
	p := w.call(t, bound, false)
	require.NotContains(t, p.keys(t, "3", otherIIN, "1", "907142"), code)
	require.Contains(t, p.heard(), w.say("passcode.unbound"))
	p = w.call(t, bound, false)
	require.Contains(t, p.keys(t, "3", iin, "1", pin), code)
}

// A number in which the trust is lowered proves nothing, and gets no code.
func TestALoweredNumberProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Do(t, w.db, func(work *store.Work) error {
		_, err := work.LowerTrust(t.Context(), bound, citizen.Recycled, "test")
		return err
	})
	require.Contains(t, w.writes(t, bound, "СТАТУС "+w.number), "ответьте 1")
	require.Contains(t, w.writes(t, bound, "1"), "12 цифр")
	w.writes(t, bound, iin)
	before := len(w.written(t, bound))
	w.writes(t, bound, "2")
	require.Len(t, w.written(t, bound), before+1, "the answer, and no code")
	_, err := w.otp.Send(t.Context(), otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	require.True(t, pgtest.Value[bool](t, w.url, `SELECT decoy FROM challenges ORDER BY id DESC LIMIT 1`), "a portal's code goes to nobody either")
}

// Ten wrong PINs block that way for a quarter of an hour, on every line and node, and the other ways are named; they stay open.
func TestGuessesAtPINsAreFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setPIN(t, w.citizen, pin)
	nodes := []*store.Store{w.db, pgtest.Open(t, w.url)}
	engines := []*conversation.Engine{w.engine, conversation.NewEngine(w.library, w.services, w.vault, conversation.Writing{}, func() time.Time { return w.now }, zerolog.Nop())}
	w.proves(engines[1])
	const guessers = 14
	var calls [guessers]int64
	for i := range guessers { // each from a line of its own
		p := w.call(t, fmt.Sprintf("+7701555%04d", i), false)
		p.keys(t, "2", w.number, "1", iin, "1")
		calls[i] = p.turn.Interaction
	}
	var all sync.WaitGroup
	for i, id := range calls {
		all.Go(func() {
			err := nodes[i%2].Do(t.Context(), func(work *store.Work) error {
				_, err := engines[i%2].Advance(t.Context(), work, id, dialogue.Input{Kind: dialogue.Keys, Keys: fmt.Sprintf("9080%02d", i)})
				return err
			})
			if err != nil {
				t.Errorf("guess: %v", err)
			}
		})
	}
	all.Wait()
	count := func(result string) int {
		return pgtest.Value[int](t, w.url, `SELECT count(*) FROM audit WHERE action = 'identity.prove' AND detail->>'result' = $1`, result)
	}
	require.Equal(t, lockout.Most-1, count("wrong"))
	require.Equal(t, guessers-lockout.Most+1, count("blocked"), "every attempt is journalled")
	p := w.call(t, landline, false)
	p.keys(t, "2", w.number, "1", iin, "1")
	require.Contains(t, p.keys(t, pin), w.say("verify.pin_blocked"), "the right one does not count now")
	require.Contains(t, p.heard(), "код в СМС, приложение, оператор")
	require.Contains(t, p.keys(t, "2"), w.say("verify.code"), "another way is open")
	require.Contains(t, p.keys(t, w.codeTo(t, bound)), "приём органом")

	w.now = w.now.Add(lockout.Block)
	p = w.call(t, landline, false)
	p.keys(t, "2", w.number, "1", iin, "1")
	require.Contains(t, p.keys(t, pin), "приём органом")
}

// No answer, and no work behind it, tells whether a national number is anybody's, whether a PIN is set, or whether a number is bound.
func TestNothingTellsAStranger(t *testing.T) {
	t.Parallel()
	type answer struct {
		said       string
		statements []string
		hashes     int64
	}
	for _, way := range []string{"1", "2", "3"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setPIN(t, w.citizen, pin)
			w.save(t, otherIIN) // has no PIN, and no number
			recorded, statements := pgtest.OpenRecording(t, w.url)
			var answers []answer
			for i, national := range []string{iin, otherIIN, freeIIN} {
				p := w.call(t, fmt.Sprintf("+7701555010%d", i), false)
				p.keys(t, "2", w.number, "1")
				statements.Take()
				hashed := w.hashing.done.Load()
				var said []string
				for _, keys := range []string{national, way, "908070"} {
					pgtest.Do(t, recorded, func(work *store.Work) error {
						turn, err := w.engine.Advance(t.Context(), work, p.turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
						p.turn = turn
						said = append(said, p.heard())
						return err
					})
				}
				answers = append(answers, answer{strings.Join(said, "|"), statements.Take(), w.hashing.done.Load() - hashed})
			}
			require.NotEmpty(t, answers[0].statements)
			if way == "1" {
				require.EqualValues(t, 1, answers[0].hashes)
			}
			require.Equal(t, answers[0], answers[1], "a citizen who has not set it up")
			require.Equal(t, answers[0], answers[2], "a national number that is nobody's")
		})
	}
}

// An operator who has asked questions lets the conversation go on where it was.
func TestAnOperatorsQuestionsComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.dutyAgent(t)
	for asked, want := range map[bool]string{true: "приём органом", false: "не удалось"} {
		p := w.call(t, bound, false)
		p.keys(t, "2", w.number, "1", iin, "0")
		require.True(t, p.turn.Expect.Queue)
		if asked {
			pgtest.Do(t, w.db, func(work *store.Work) error {
				_, err := work.SetVerification(t.Context(), p.turn.Interaction, citizen.ByAgent)
				return err
			})
		}
		p.turn = w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Answer(t.Context(), work, p.turn.Interaction, "served")
		})
		require.Contains(t, p.heard(), want)
	}
}

// While too many hash, nothing is judged and nothing counts.
func TestABusyProcessJudgesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setPIN(t, w.citizen, pin)
	p := w.call(t, landline, false)
	p.keys(t, "2", w.number, "1", iin, "1")
	w.engine.Proves(conversation.Proving{Passwords: w.otp, Hashing: busy{}})
	require.Contains(t, p.keys(t, pin), w.say("verify.busy"))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM lockouts`))
	w.proves(w.engine)
	require.Contains(t, p.keys(t, "1", pin), "приём органом")
}

type busy struct{}

func (busy) Matches(context.Context, string, string) (bool, error) { return false, password.ErrBusy }

func (busy) HashPIN(context.Context, string) (string, error) { return "", password.ErrBusy }

// A bound number that is in use is not silent: that is noted once in some days, whatever way a message takes.
func TestABoundNumberIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	for name, use := range map[string]func(){
		"together":  func() { w.flood(t, bound, "ПОМОЩЬ") },
		"with STOP": func() { w.flood(t, bound, "STOP") },
		"alone":     func() { w.writes(t, bound, "ОПЕРАТОР") },
		"by phone":  func() { w.call(t, bound, true) },
	} {
		pgtest.Exec(t, w.url, `UPDATE bindings SET heard_at = now() - interval '8 days'`)
		pgtest.Exec(t, w.url, `UPDATE interactions SET ended_at = now() WHERE ended_at IS NULL`)
		use()
		require.True(t, pgtest.Value[bool](t, w.url, `SELECT bool_and(heard_at > now() - interval '1 minute') FROM bindings`), name)
	}
	pgtest.Exec(t, w.url, `UPDATE bindings SET heard_at = now() - interval '8 days'`)
	w.call(t, bound, false)
	require.True(t, pgtest.Value[bool](t, w.url, `SELECT bool_and(heard_at < now() - interval '7 days') FROM bindings`), "a claim is no sign of life")
}

package otp_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// The message names the portal and the purpose, in the citizen's language or the page's, and ends for the browser.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		request otp.Request
		want    string
	}{
		{otp.Request{Client: "portal", Number: bound, Purpose: "sign-in", Origin: "egov.example"}, `^portal: кіру\. Код \d{6}\. Ешкімге айтпаңыз\.\n\n@egov\.example #\d{6}$`},
		{otp.Request{Client: "kiosk", Number: bound, Purpose: "sign-in", Language: dialogue.English}, `^kiosk: sign-in\. Code \d{6}\. Do not tell it to anyone\.$`},
		{otp.Request{Client: otp.Own, Number: bound, Purpose: otp.OwnPurpose}, `^\d{6}$`},
	} {
		sent, err := w.nodes[0].Send(t.Context(), c.request)
		require.NoError(t, err)
		require.Regexp(t, c.want, w.text(t, sent))
	}
	for want, r := range map[error]otp.Request{
		otp.ErrPurpose:  {Client: "portal", Number: "+77010000005", Purpose: "shopping"},
		otp.ErrOrigin:   {Client: "portal", Number: "+77010000005", Purpose: "sign-in", Origin: "evil.example"},
		otp.ErrLanguage: {Client: "portal", Number: "+77010000005", Purpose: "sign-in", Language: "de"},
		otp.ErrPrefix:   {Client: "portal", Number: "+882161234567", Purpose: "sign-in"},
	} {
		_, err := w.nodes[0].Send(t.Context(), r)
		require.ErrorIs(t, err, want)
	}
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM challenges WHERE number_index <> $1`, pgtest.Index(bound)), "what is refused leaves nothing")
}

// An unbound number gets the answers of a bound one, by the same statements: a password is sent, answered wrongly, sent again, asked
// for too soon and too often. But nothing goes out to it, and no code is right.
func TestAnUnboundNumberGetsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db, seen := pgtest.OpenRecording(t, w.url)
	s := w.service(t, db, otp.DefaultLimits)
	start := w.clock()

	type told struct {
		err              string
		state            otp.State
		channel          otp.Channel
		tries            int
		resend, lifetime time.Duration
	}
	way := func(number string) (answers []told, statements []string) {
		w.passes(start.Sub(w.clock()))
		seen.Take()
		tell := func(c otp.Challenge, err error) {
			answer := told{state: c.State, channel: c.Channel, tries: c.Left(w.clock())}
			if c.PublicID != "" {
				answer.resend, answer.lifetime = c.ResendAt().Sub(c.CreatedAt), c.ExpiresAt.Sub(c.CreatedAt)
			}
			if err != nil {
				answer.err = err.Error()
			}
			answers = append(answers, answer)
		}
		c, err := s.Send(t.Context(), otp.Request{Client: "portal", Number: number, Purpose: "sign-in", Language: dialogue.Russian})
		tell(c, err)
		for range 5 {
			_, err := s.Verify(t.Context(), "portal", c.PublicID, "x")
			tell(otp.Challenge{}, err)
			status, err := s.Status(t.Context(), "portal", c.PublicID)
			tell(status, err)
		}
		_, err = s.Resend(t.Context(), "portal", c.PublicID)
		tell(otp.Challenge{}, err)
		for range 3 {
			w.passes(2 * time.Minute)
			next, err := s.Resend(t.Context(), "portal", c.PublicID)
			tell(next, err)
			if err == nil {
				c = next
			}
		}
		for range 6 {
			_, err := s.Verify(t.Context(), "portal", c.PublicID, "x")
			tell(otp.Challenge{}, err)
		}
		_, err = s.Send(t.Context(), otp.Request{Client: "portal", Number: number, Purpose: "sign-in"})
		tell(otp.Challenge{}, err)
		cancelled, err := s.Cancel(t.Context(), "portal", c.PublicID)
		tell(cancelled, err)
		return answers, seen.Take()
	}
	way("+77010000008") // connections prepare their statements
	wantAnswers, wantStatements := way(bound)
	answers, statements := way(unbound)
	require.Equal(t, wantAnswers, answers)
	require.Equal(t, wantStatements, statements)
	require.Contains(t, strings.Join(statements, "\n"), "INSERT INTO mt_messages")

	claimable := `SELECT count(*) FROM mt_queue q JOIN mt_messages m ON m.id = q.id >> 8 WHERE m.destination = $1 AND q.due_at < q.expires_at`
	require.Zero(t, pgtest.Value[int](t, w.url, claimable, unbound), "no link may take what is due when it has expired")
	require.NotZero(t, pgtest.Value[int](t, w.url, claimable, bound))

	number := "+77010000007"
	c, err := s.Send(t.Context(), otp.Request{Client: "portal", Number: number, Purpose: "consent"})
	require.NoError(t, err)
	require.ErrorIs(t, verify(t, s, c, w.code(t, c)), otp.ErrWrong, "whoever reads the database does not get in by a decoy")
	pgtest.Do(t, db, func(work *store.Work) error {
		_, found, err := work.LivePasscode(t.Context(), number, w.clock())
		require.False(t, found, "nor by telephone, when the number is bound since")
		return err
	})
}

// A purpose for anyone is how a number becomes bound.
func TestAPurposeForAnyone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Do(t, w.db, func(work *store.Work) error {
		p := otp.SignIn("portal")
		p.Name, p.Anyone = "bind", true
		_, err := work.SavePurpose(t.Context(), p, "test")
		return err
	})
	c, code := w.sends(t, "portal", unbound, "bind")
	require.NoError(t, verify(t, w.nodes[1], c, code))
}

func TestResending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, firstCode := w.sends(t, "portal", bound, "sign-in")
	_, err := w.nodes[1].Resend(t.Context(), "portal", first.PublicID)
	refusal := new(otp.Refusal)
	require.ErrorAs(t, err, &refusal)
	require.ErrorIs(t, err, otp.ErrTooSoon)
	require.WithinDuration(t, first.CreatedAt.Add(30*time.Second), refusal.RetryAt, 0)

	w.passes(30 * time.Second)
	second, err := w.nodes[1].Resend(t.Context(), "portal", first.PublicID)
	require.NoError(t, err)
	require.NotEqual(t, first.PublicID, second.PublicID)
	require.Equal(t, otp.SMS, second.Channel)
	require.ErrorIs(t, verify(t, w.nodes[0], first, firstCode), otp.ErrReplaced)
	_, err = w.nodes[0].Resend(t.Context(), "portal", first.PublicID)
	require.ErrorIs(t, err, otp.ErrReplaced)

	w.passes(59 * time.Second)
	_, err = w.nodes[0].Resend(t.Context(), "portal", second.PublicID)
	require.ErrorIs(t, err, otp.ErrTooSoon)
	w.passes(time.Second)
	third, err := w.nodes[0].Resend(t.Context(), "portal", second.PublicID)
	require.NoError(t, err)
	require.Equal(t, otp.Voice, third.Channel)
	require.Empty(t, w.text(t, third), "the citizen calls for it")
	pgtest.Do(t, w.db, func(work *store.Work) error {
		live, found, err := work.LivePasscode(t.Context(), bound, w.clock())
		require.True(t, found)
		require.Equal(t, third.PublicID, live.PublicID)
		return err
	})
	w.passes(8*time.Minute + 30*time.Second)
	_, err = w.nodes[0].Resend(t.Context(), "portal", third.PublicID)
	require.ErrorIs(t, err, otp.ErrOperator)
	_, err = w.nodes[0].Resend(t.Context(), "kiosk", third.PublicID)
	require.ErrorIs(t, err, otp.ErrUnknown)
}

// Of many requests for one number at once, on two nodes, one is met.
func TestRequestsForANumberTakeTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	sent := 0
	together(20, func(i int) {
		_, err := w.nodes[i%2].Send(t.Context(), otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			sent++
		} else if !errors.Is(err, otp.ErrTooSoon) {
			t.Error(err)
		}
	})
	require.Equal(t, 1, sent)
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*) FROM challenges`))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func(s *otp.Service, client, number, purpose string) error {
		_, err := s.Send(t.Context(), otp.Request{Client: client, Number: number, Purpose: purpose})
		return err
	}
	limited := w.service(t, w.db, otp.Limits{Prefixes: []string{"+77"}, PrefixDay: 4, Day: 6})
	pgtest.Do(t, w.db, func(work *store.Work) error {
		p := otp.SignIn("kiosk")
		p.Day = 1
		_, err := work.SavePurpose(t.Context(), p, "test")
		return err
	})
	pgtest.Exec(t, w.url, `UPDATE clients SET budget = 3 WHERE name = 'kiosk'`)
	require.NoError(t, send(limited, "kiosk", "+77020000001", "sign-in"))
	require.ErrorIs(t, send(limited, "kiosk", "+77020000002", "sign-in"), otp.ErrBudget, "the purpose's")
	require.NoError(t, send(limited, "kiosk", "+77020000002", "consent"))
	require.NoError(t, send(limited, "kiosk", "+77020000003", "consent"))
	require.ErrorIs(t, send(limited, "kiosk", "+77050000004", "consent"), otp.ErrBudget, "the client's")
	require.NoError(t, send(limited, "portal", "+77020000004", "sign-in"))
	require.ErrorIs(t, send(limited, "portal", "+77020000005", "sign-in"), otp.ErrBudget, "the prefix's")
	require.NoError(t, send(w.nodes[1], "portal", "+77050000005", "sign-in"))
	require.NoError(t, send(limited, "portal", "+77050000006", "sign-in"))
	err := send(limited, "portal", "+77050000007", "sign-in")
	require.ErrorIs(t, err, otp.ErrBudget, "in all")
	refusal := new(otp.Refusal)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, w.clock().UTC().Truncate(24*time.Hour).Add(24*time.Hour), refusal.RetryAt)

	// Of a number: three in ten minutes and ten a day, over clients and purposes. The journal has one row for a client's refusals.
	number := "+77010000001"
	purposes := [][2]string{{"portal", "sign-in"}, {"portal", "consent"}, {"kiosk", "consent"}}
	pgtest.Exec(t, w.url, `UPDATE clients SET budget = 1000`)
	for i := range otp.SendsADay {
		if i > 0 && i%3 == 0 {
			w.passes(time.Minute)
			err := send(w.nodes[i%2], "portal", number, "sign-in")
			require.ErrorIs(t, err, otp.ErrTooMany, i)
			w.passes(31 * time.Minute)
		}
		require.NoError(t, send(w.nodes[i%2], purposes[i%3][0], number, purposes[i%3][1]), i)
	}
	w.passes(31 * time.Minute)
	require.ErrorIs(t, send(w.nodes[0], "portal", number, "consent"), otp.ErrTooMany)
	w.passes(24 * time.Hour)
	require.NoError(t, send(w.nodes[0], "portal", number, "consent"))
	reasons := pgtest.Value[[]string](t, w.url, `SELECT array_agg(actor ORDER BY id) FROM audit WHERE action = 'otp.refuse'`)
	require.True(t, slices.Contains(reasons, "client:kiosk") && slices.Contains(reasons, "client:portal"), reasons)
	require.Less(t, len(reasons), 8, "one row an episode")
}

// Few of the passwords of a client to a prefix are verified, unlike before: they are held, on all nodes, until an hour has passed or an
// administrator says so.
func TestPumpedPasswordsAreHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.url, `
		INSERT INTO otp_hours (hour, client, prefix, route, sent, delivered, undelivered, verified)
		SELECT date_trunc('hour', '`+w.clock().Format(time.RFC3339Nano)+`'::timestamptz) - n * interval '1 hour', c, '+7701', 'a', 50, 50, 0, 40 FROM generate_series(3, 30) n, unnest('{portal,kiosk}'::text[]) c`)
	pump := func() {
		pgtest.Exec(t, w.url, `
			INSERT INTO challenges (public_id, client, purpose, number, prefix, mac, state, created_at, expires_at)
			SELECT gen_random_uuid()::text, c, 'sign-in', '+770100' || lpad(n::text, 5, '0'), '+7701', '', CASE WHEN c = 'kiosk' AND n % 4 < 3 THEN 'verified' ELSE 'expired' END,
			       '`+w.clock().Format(time.RFC3339Nano)+`'::timestamptz - interval '1 minute', now() FROM generate_series(1000, 1059) n, unnest('{portal,kiosk}'::text[]) c`)
	}
	watcher := otp.NewWatcher(w.db, w.clock, zerolog.Nop())
	watch := func() { require.NoError(t, watcher.Watch(t.Context(), otp.Watch{})) }
	send := func(client, number string) error {
		_, err := w.nodes[1].Send(t.Context(), otp.Request{Client: client, Number: number, Purpose: "sign-in"})
		return err
	}
	watch()
	require.NoError(t, send("portal", "+77010000101"))
	pump()
	watch()
	watch() // and holds them once
	err := send("portal", "+77010000102")
	require.ErrorIs(t, err, otp.ErrHeld)
	require.NoError(t, send("kiosk", "+77010000103"), "another client's are as usual")
	require.NoError(t, send("portal", "+77020000104"), "another prefix")
	held, err := w.db.Holds(t.Context(), w.clock())
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.Equal(t, "0 of 60 verified in the last hour, 1120 of 1400 in the week before", held[0].Reason)
	require.Equal(t, []int{0, 60, 1120, 1400}, []int{held[0].Recent.Verified, held[0].Recent.Sent, held[0].Past.Verified, held[0].Past.Sent})
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*) FROM audit WHERE action = 'otp.hold' AND subject = 'client:portal'`))
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*) FROM stream_events WHERE stream = 'otp' AND kind = 'otp.held'`))

	// An administrator lets them go again: what was sent before is not held against the client once more.
	w.passes(time.Since(w.clock())) // the lift has the database's clock
	pgtest.Do(t, w.db, func(work *store.Work) error {
		lifted, err := work.LiftHolds(t.Context(), "portal", "+7701", "test")
		require.Equal(t, 1, lifted)
		return err
	})
	w.passes(2 * time.Minute)
	watch()
	require.NoError(t, send("portal", "+77010000105"))

	// It goes on: held again, and by itself no more after an hour.
	pump()
	watch()
	require.ErrorIs(t, send("portal", "+77010000106"), otp.ErrHeld)
	w.passes(otp.HoldFor)
	require.NoError(t, send("portal", "+77010000106"))
	watch()
	require.NoError(t, send("portal", "+77010000107"))
}

// The report tells what was delivered and verified, by client, prefix and route; decoys and what may still be verified are not in it.
func TestTheReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, code := w.sends(t, "portal", bound, "sign-in")
	require.NoError(t, verify(t, w.nodes[0], c, code))
	w.sends(t, "portal", unbound, "sign-in")
	w.sends(t, "kiosk", bound, "consent")
	pgtest.Exec(t, w.url, `UPDATE mt_segments SET state = 'delivered', link = 'operator-a' WHERE mt_id = (SELECT min(id) FROM mt_messages)`)
	report := func() []otp.ReportLine {
		require.NoError(t, w.db.CountPasswords(t.Context(), w.clock()))
		require.NoError(t, w.db.CountPasswords(t.Context(), w.clock()))
		lines, err := w.db.PasswordReport(t.Context(), w.clock().Add(-2*time.Hour), "")
		require.NoError(t, err)
		return lines
	}
	portal := otp.ReportLine{Client: "portal", Prefix: "+7701", Route: "operator-a", Tally: otp.Tally{Sent: 1, Delivered: 1, Verified: 1}}
	require.Equal(t, []otp.ReportLine{portal}, report())
	w.passes(5 * time.Minute)
	pgtest.Exec(t, w.url, `UPDATE mt_segments SET state = 'undeliverable', link = 'operator-b' WHERE mt_id = (SELECT max(id) FROM mt_messages)`)
	kiosk := otp.ReportLine{Client: "kiosk", Prefix: "+7701", Route: "operator-b", Tally: otp.Tally{Sent: 1, Undelivered: 1}}
	require.Equal(t, []otp.ReportLine{kiosk, portal}, report())
}

// Portals are busy: passwords of many numbers are sent, sent again and answered at the same time on two nodes. Nothing waits in a
// circle, no number gets more than it may, and each right answer counts once.
func TestBusyPortals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.url, `WITH c AS (INSERT INTO citizens (national_number, name) SELECT lpad(n::text, 12, '0'), 'x' FROM generate_series(1, 40) n RETURNING id, national_number)
		INSERT INTO bindings (citizen_id, number) SELECT id, '+7702' || right(national_number, 7) FROM c`)
	pgtest.Seal(t, w.url)
	number := func(i int) string { return fmt.Sprintf("+7702%07d", i%40+1) }
	var mu sync.Mutex
	verified := map[string]int{}
	for range 3 {
		together(160, func(i int) {
			s := w.nodes[i%2]
			c, err := s.Send(t.Context(), otp.Request{Client: "portal", Number: number(i), Purpose: "sign-in"})
			if errors.Is(err, otp.ErrTooSoon) || errors.Is(err, otp.ErrTooMany) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			for range 2 {
				if err := verify(t, s, c, w.code(t, c)); err == nil {
					mu.Lock()
					verified[c.PublicID]++
					mu.Unlock()
				} else if !errors.Is(err, otp.ErrUsed) {
					t.Error(err)
				}
			}
		})
		w.passes(3 * time.Minute)
	}
	require.GreaterOrEqual(t, len(verified), 40)
	require.LessOrEqual(t, len(verified), 40*otp.SendsInWindow)
	for id, n := range verified {
		require.Equal(t, 1, n, id)
	}
}

// A password that Okno asks for proves who speaks: it is read to nobody. One of a portal is.
func TestOwnPasswordsAreNotReadOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := func() (found bool) {
		pgtest.Do(t, w.db, func(work *store.Work) (err error) {
			_, found, err = work.LivePasscode(t.Context(), bound, w.clock())
			return err
		})
		return found
	}
	_, err := w.nodes[0].Send(t.Context(), otp.Request{Client: otp.Own, Number: bound, Purpose: otp.OwnPurpose})
	require.NoError(t, err)
	require.False(t, live())
	w.passes(time.Minute)
	_, err = w.nodes[0].Send(t.Context(), otp.Request{Client: "portal", Number: bound, Purpose: "sign-in"})
	require.NoError(t, err)
	require.True(t, live())
}

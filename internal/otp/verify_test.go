package otp_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/lockout"
	"okno/internal/otp"
	store "okno/internal/postgres/lockout"
	"okno/internal/postgres/pgtest"
)

// Fifty right answers come at once, to two nodes: one is accepted, and has a proof.
func TestExactlyOneOfFiftyAnswersWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, code := w.sends(t, "portal", bound, "sign-in")
	var mu sync.Mutex
	var proofs []otp.Proof
	var refused []error
	together(50, func(i int) {
		proof, err := w.nodes[i%2].Verify(t.Context(), "portal", c.PublicID, code)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			proofs = append(proofs, proof)
		} else {
			refused = append(refused, err)
		}
	})
	require.Len(t, proofs, 1)
	require.NotEmpty(t, proofs[0].Token)
	require.Len(t, refused, 49)
	for _, err := range refused {
		require.ErrorIs(t, err, otp.ErrUsed)
	}
	require.Equal(t, 50, pgtest.Value[int](t, w.url, `SELECT count(*) FROM audit WHERE action = 'otp.verify'`), "every attempt is journalled")
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*) FROM audit WHERE action = 'otp.verify' AND detail->>'was' = 'sent'`))
}

// Wrong answers are counted for the number: over codes, purposes and clients, on all nodes, and however many come at once.
func TestOneCounterOfFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var challenges []otp.Challenge
	var codes []string
	for _, client := range []string{"portal", "kiosk"} {
		for _, purpose := range []string{"sign-in", "consent"} {
			if len(challenges) == otp.SendsInWindow {
				break
			}
			c, code := w.sends(t, client, bound, purpose)
			challenges, codes = append(challenges, c), append(codes, code)
		}
	}
	var mu sync.Mutex
	counted, blocked := 0, 0
	together(60, func(i int) {
		err := verify(t, w.nodes[i%2], challenges[i%3], wrong(codes[i%3]))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, otp.ErrBlocked):
			blocked++
		case errors.Is(err, otp.ErrWrong), errors.Is(err, otp.ErrExhausted):
			counted++
		}
	})
	require.Equal(t, lockout.Most, pgtest.Value[int](t, w.url, `SELECT failures FROM lockouts WHERE way = 'otp' AND subject = $1`,
		store.Hide(pgtest.Keys, lockout.Number(bound))))
	require.Equal(t, lockout.Most, pgtest.Value[int](t, w.url, `SELECT sum(failures)::int FROM challenges`), "no answer was judged beyond")
	require.NotZero(t, blocked)
	require.GreaterOrEqual(t, counted, lockout.Most-1)
	require.Equal(t, 60, pgtest.Value[int](t, w.url, `SELECT count(*) FROM audit WHERE action = 'otp.verify'`))

	live := challenges[0]
	code := codes[0]
	for i, c := range challenges {
		if state := pgtest.Value[string](t, w.url, `SELECT state FROM challenges WHERE public_id = $1`, c.PublicID); state == "sent" {
			live, code = c, codes[i]
		}
	}
	restarted := w.service(t, pgtest.Open(t, w.url), otp.DefaultLimits)
	err := verify(t, restarted, live, code)
	require.ErrorIs(t, err, otp.ErrBlocked, "the right code, after a restart")
	refusal := new(otp.Refusal)
	require.ErrorAs(t, err, &refusal)
	require.WithinDuration(t, w.clock().Add(lockout.Block), refusal.RetryAt, time.Millisecond)
	require.Equal(t, []lockout.Way{lockout.PIN, lockout.TOTP, lockout.Operator, lockout.Office}, refusal.Ways)
	_, err = restarted.Send(t.Context(), otp.Request{Client: "kiosk", Number: bound, Purpose: "consent"})
	require.ErrorIs(t, err, otp.ErrBlocked)

	w.passes(lockout.Block)
	c, code := w.sends(t, "kiosk", bound, "consent")
	require.ErrorIs(t, verify(t, w.nodes[1], c, wrong(code)), otp.ErrBlocked, "one attempt, and it was wrong")
	w.passes(lockout.Block)
	c, code = w.sends(t, "kiosk", bound, "consent")
	require.NoError(t, verify(t, w.nodes[1], c, code))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT sum(failures)::int FROM lockouts`), "success ends the counts, the citizen's too")
}

// A citizen's failures count over the citizen's numbers.
func TestACitizensNumbersShareACount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := "+77010000002"
	pgtest.Exec(t, w.url, `INSERT INTO bindings (citizen_id, number) SELECT id, '`+second+`' FROM citizens`)
	pgtest.Seal(t, w.url)
	for _, purpose := range []string{"sign-in", "consent"} {
		c, code := w.sends(t, "portal", bound, purpose)
		for range 5 {
			require.Error(t, verify(t, w.nodes[0], c, wrong(code)))
		}
	}
	c, code := w.sends(t, "portal", second, "sign-in")
	require.ErrorIs(t, verify(t, w.nodes[0], c, code), otp.ErrBlocked)
}

func TestHowAChallengeEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, code := w.sends(t, "portal", bound, "sign-in")
	require.ErrorIs(t, verify(t, w.nodes[0], otp.Challenge{Client: "kiosk", PublicID: first.PublicID}, code), otp.ErrUnknown, "another client's")
	require.ErrorIs(t, verify(t, w.nodes[0], otp.Challenge{Client: "portal", PublicID: "none"}, code), otp.ErrUnknown)
	for range 4 {
		require.ErrorIs(t, verify(t, w.nodes[0], first, "x"), otp.ErrWrong)
	}
	require.ErrorIs(t, verify(t, w.nodes[1], first, wrong(code)), otp.ErrExhausted)
	require.ErrorIs(t, verify(t, w.nodes[0], first, code), otp.ErrExhausted)

	w.passes(time.Minute)
	second, code := w.sends(t, "portal", bound, "sign-in")
	c, err := w.nodes[1].Cancel(t.Context(), "portal", second.PublicID)
	require.NoError(t, err)
	require.Equal(t, otp.Cancelled, c.State)
	require.ErrorIs(t, verify(t, w.nodes[0], second, code), otp.ErrCancelled)
	_, err = w.nodes[0].Cancel(t.Context(), "kiosk", second.PublicID)
	require.ErrorIs(t, err, otp.ErrUnknown)

	third, code := w.sends(t, "portal", bound, "consent")
	w.passes(5 * time.Minute)
	status, err := w.nodes[0].Status(t.Context(), "portal", third.PublicID)
	require.NoError(t, err)
	require.Equal(t, otp.Expired, status.State)
	require.ErrorIs(t, verify(t, w.nodes[0], third, code), otp.ErrExpired)

	w.passes(10 * time.Minute)
	fourth, code := w.sends(t, "portal", bound, "consent")
	require.NoError(t, verify(t, w.nodes[0], fourth, code[:3]+" "+code[3:]))
	_, err = w.nodes[0].Resend(t.Context(), "portal", fourth.PublicID)
	require.ErrorIs(t, err, otp.ErrUsed)
}

// No code outlives its expiry, in no table, whether anything took its message or not; and none is kept in the open but in the message.
func TestCodesAreErasedAsTheyExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, code := w.sends(t, "portal", bound, "sign-in")
	kept := func() int {
		open := pgtest.Value[int](t, w.url, `
			SELECT (SELECT count(*) FROM challenges WHERE challenges::text LIKE '%' || $1 || '%') + (SELECT count(*) FROM audit WHERE audit::text LIKE '%' || $1 || '%')
			     + (SELECT count(*) FROM mt_messages WHERE mt_messages::text LIKE '%' || $1 || '%')`, code)
		require.Zero(t, open, "in the open")
		return strings.Count(strings.Join(pgtest.Texts(t, w.url, "true"), "\n"), " "+code+".")
	}
	require.Equal(t, 1, kept(), "in the message that carries it")
	require.Equal(t, c.ExpiresAt, pgtest.Value[time.Time](t, w.url, `SELECT expires_at FROM mt_messages`).UTC(), "SMPP validity is what is left")
	erased, err := w.db.EraseCodes(t.Context(), w.clock().Add(-time.Hour), w.clock())
	require.NoError(t, err)
	require.Zero(t, erased)
	w.passes(5 * time.Minute)
	erased, err = w.db.EraseCodes(t.Context(), w.clock().Add(-time.Hour), w.clock())
	require.NoError(t, err)
	require.Equal(t, 1, erased)
	require.True(t, pgtest.Value[bool](t, w.url, `SELECT sealed IS NULL AND state = 'expired' FROM challenges`))
	w.passes(time.Minute)
	_, err = w.db.EraseCodes(t.Context(), w.clock().Add(-time.Hour), w.clock())
	require.NoError(t, err)
	require.Zero(t, kept())
}

// A node erases by itself what expires, whatever else it does, and what expired while no node was there.
func TestANodeErasesCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends(t, "portal", bound, "sign-in")
	w.passes(24 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.nodes[0].Run(ctx) }()
	kept := func() int {
		return pgtest.Value[int](t, w.url, `SELECT (SELECT count(sealed) FROM challenges) + (SELECT count(*) FROM mt_messages WHERE sealed <> '')`)
	}
	require.Eventually(t, func() bool { return kept() == 0 }, 10*time.Second, 20*time.Millisecond)
	w.passes(time.Hour)
	w.sends(t, "portal", bound, "sign-in")
	require.Equal(t, 2, kept())
	w.passes(6 * time.Minute)
	require.Eventually(t, func() bool { return kept() == 0 }, 10*time.Second, 20*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

// An id that Postgres cannot read spoils no other answer that shares its commit.
func TestABadIDSpoilsNoOtherAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, code := w.sends(t, "portal", bound, "sign-in")
	var mu sync.Mutex
	won := 0
	together(40, func(i int) {
		if i%2 == 0 {
			if verify(t, w.nodes[0], otp.Challenge{Client: "portal", PublicID: "a\x00b\xff"}, code) == nil {
				t.Error("no id, and yet")
			}
			return
		}
		if verify(t, w.nodes[0], c, code) == nil {
			mu.Lock()
			defer mu.Unlock()
			won++
		}
	})
	require.Equal(t, 1, won)
}

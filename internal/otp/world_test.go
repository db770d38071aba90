package otp_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const (
	bound   = "+77010000001"
	unbound = "+77010000009"
)

// world is two nodes over one database, with two clients and a bound number.
type world struct {
	url   string
	db    *store.Store   // of the first node
	nodes []*otp.Service // two

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// passes lets time pass.
func (w *world) passes(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

type texts struct{}

func (texts) Passcode(_ dialogue.Language, code string, _ time.Duration, _ bool) string { return code }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{url: pgtest.URL(t), now: time.Now().UTC().Truncate(time.Microsecond)}
	w.db = pgtest.Open(t, w.url)
	for _, name := range []string{"portal", "kiosk"} {
		pgtest.AddClient(t, w.db, name, "", "sign-in", "consent")
	}
	pgtest.Do(t, w.db, func(work *store.Work) error {
		_, err := work.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "850101300015", Name: "A", Language: dialogue.Kazakh, Numbers: []string{bound}})
		return err
	})
	for _, db := range []*store.Store{w.db, pgtest.Open(t, w.url)} {
		w.nodes = append(w.nodes, w.service(t, db, otp.DefaultLimits))
	}
	return w
}

func (w *world) service(t *testing.T, db *store.Store, limits otp.Limits) *otp.Service {
	t.Helper()
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	ring, err := otp.NewRing([]byte("a secret for tests"))
	require.NoError(t, err)
	return otp.NewService(otp.Options{Store: db, Vault: vault, Ring: ring, Texts: texts{}, Segments: func(string) int { return 1 },
		Limits: limits, Clock: w.clock, Log: zerolog.Nop()})
}

// sends has a password sent by the first node, and gives the code too.
func (w *world) sends(t *testing.T, client, number, purpose string) (otp.Challenge, string) {
	t.Helper()
	c, err := w.nodes[0].Send(t.Context(), otp.Request{Client: client, Number: number, Purpose: purpose})
	require.NoError(t, err)
	return c, w.code(t, c)
}

var codeIn = regexp.MustCompile(`\b\d{6}\b`)

// code is that which a message carries.
func (w *world) code(t *testing.T, c otp.Challenge) string {
	t.Helper()
	return codeIn.FindString(w.text(t, c))
}

func (w *world) text(t *testing.T, c otp.Challenge) string {
	t.Helper()
	return strings.Join(pgtest.Texts(t, w.url, "challenge_id = (SELECT id FROM challenges WHERE public_id = $1)", c.PublicID), "")
}

// wrong is a code that is not the right one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// together runs fn so many times at once.
func together(n int, fn func(i int)) {
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			fn(i)
		})
	}
	close(begin)
	all.Wait()
}

func verify(t *testing.T, s *otp.Service, c otp.Challenge, answer string) error {
	t.Helper()
	_, err := s.Verify(context.WithoutCancel(t.Context()), c.Client, c.PublicID, answer)
	return err
}

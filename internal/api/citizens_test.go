package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/totp"
)

const (
	own      = `"national_number": "850101300015"`
	nobodys  = `"national_number": "000101051361"`
	newPhone = "+77010000009"
)

// newIdentityPortal is a portal that binds numbers: its purpose bind is for anyone.
func newIdentityPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = scopes || '{identity}'`)
	pgtest.Exec(t, p.url, `INSERT INTO otp_purposes (client, name, definition)
		SELECT client, 'bind', definition || '{"name": "bind", "anyone": true}' FROM otp_purposes WHERE name = 'sign-in'`)
	return p
}

// proved gives a challenge that was met with the code that went to a number.
func (p *portal) proved(t *testing.T, number, purpose string) string {
	t.Helper()
	status, sent := p.ask(t, "POST", "/api/v1/challenges", key, fmt.Sprintf(`{"number": %q, "purpose": %q}`, number, purpose))
	require.Equal(t, http.StatusCreated, status, sent)
	code := codeIn.FindString(pgtest.LastText(t, p.url, message.OTP, number))
	status, answer := p.ask(t, "POST", "/api/v1/challenges/"+sent["id"].(string)+"/verify", key, `{"code": "`+code+`"}`)
	require.Equal(t, http.StatusOK, status, answer)
	p.now = p.now.Add(time.Minute) // so that another may be sent
	return sent["id"].(string)
}

func (p *portal) known(t *testing.T, number string) (k citizen.Known) {
	t.Helper()
	pgtest.Do(t, p.db, func(w *store.Work) (err error) {
		k, err = w.Known(t.Context(), number)
		return err
	})
	return k
}

// A number is bound by a challenge that went to it, once; the other number is told, and an end is told to the number itself. Whoever is
// unknown gets the answers that a challenge gets which proves nothing.
func TestANumberIsBoundByAPortal(t *testing.T) {
	t.Parallel()
	p := newIdentityPortal(t)
	bind := func(whose, number, challenge string) (int, map[string]any) {
		return p.ask(t, "POST", "/api/v1/bindings", key, fmt.Sprintf(`{%s, "number": %q, "challenge": %q}`, whose, number, challenge))
	}
	last := func(number string) string {
		return pgtest.LastText(t, p.url, message.Reply, number)
	}
	challenge := p.proved(t, newPhone, "bind")
	_, refused := bind(own, "+77010000008", challenge)
	require.Equal(t, "not_proved", refused["code"], "it is of another number")
	for name, answer := range map[string]map[string]any{
		"unknown citizen": second(bind(nobodys, newPhone, challenge)),
		"no challenge":    second(bind(own, newPhone, "6ba7b810-9dad-11d1-80b4-00c04fd430c8")),
		"no id of one":    second(bind(own, newPhone, "x")),
		"not met":         second(bind(own, newPhone, second(p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "`+newPhone+`", "purpose": "sign-in"}`))["id"].(string))),
	} {
		require.Equal(t, refused, answer, name)
	}
	require.Zero(t, p.known(t, newPhone).CitizenID)

	status, bound := bind(own, "8 701 000 00 09", challenge)
	require.Equal(t, http.StatusCreated, status, bound)
	require.Equal(t, map[string]any{"number": newPhone, "new": true}, bound)
	require.Equal(t, citizen.ByNumber, p.known(t, newPhone).Verification())
	require.Equal(t, "bound +7701•••0009", last("+77010000001"))
	_, again := bind(own, newPhone, challenge)
	require.Equal(t, refused, again, "a challenge counts once")

	_, wrong := p.ask(t, "POST", "/api/v1/bindings", key, `{"national_number": "850101300014", "number": "+77010000009"}`)
	require.Equal(t, "not_proved", wrong["code"])
	end := func(whose string) (int, map[string]any) {
		return p.ask(t, "POST", "/api/v1/bindings/end", key, fmt.Sprintf(`{%s, "number": %q}`, whose, newPhone))
	}
	_, unknown := end(nobodys)
	require.Equal(t, "not_bound", unknown["code"])
	status, _ = end(own)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, "unbound +7701•••0009", last(newPhone))
	_, twice := end(own)
	require.Equal(t, unknown, twice)

	late := p.proved(t, newPhone, "bind")
	p.now = p.now.Add(citizen.ProofLife)
	_, answer := bind(own, newPhone, late)
	require.Equal(t, refused, answer, "it was met too long ago")
}

func second(_ int, answer map[string]any) map[string]any { return answer }

// A client without the scope does none of it.
func TestBindingWantsItsScope(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	for _, request := range []string{"POST /api/v1/bindings", "POST /api/v1/bindings/end", "PUT /api/v1/pin", "POST /api/v1/totp", "POST /api/v1/totp/confirm"} {
		var method, path string
		_, err := fmt.Sscan(request, &method, &path)
		require.NoError(t, err)
		status, answer := p.ask(t, method, path, key, `{`+own+`}`)
		require.Equal(t, http.StatusForbidden, status, answer)
	}
}

// A PIN and an authenticator are set up by a challenge that went to a number of the citizen.
func TestAPortalSetsUpWhatProves(t *testing.T) {
	t.Parallel()
	p := newIdentityPortal(t)
	ask := func(method, path, rest string) (int, map[string]any) {
		return p.ask(t, method, "/api/v1"+path, key, `{`+own+`, `+rest+`}`)
	}
	factors := func() (f citizen.Factors) {
		pgtest.Do(t, p.db, func(w *store.Work) error {
			id, err := w.CitizenByNational(t.Context(), "", "850101300015")
			require.NoError(t, err)
			f, err = w.Factors(t.Context(), id)
			return err
		})
		return f
	}
	foreign := p.proved(t, newPhone, "bind")
	_, answer := ask("PUT", "/pin", fmt.Sprintf(`"challenge": %q, "pin": "493817"`, foreign))
	require.Equal(t, "not_proved", answer["code"], "the number is not the citizen's")
	challenge := p.proved(t, "+77010000001", "sign-in")
	_, answer = ask("PUT", "/pin", fmt.Sprintf(`"challenge": %q, "pin": "123456"`, challenge))
	require.Equal(t, "obvious_pin", answer["code"])
	status, answer := ask("PUT", "/pin", fmt.Sprintf(`"challenge": %q, "pin": "493817"`, challenge))
	require.Equal(t, http.StatusNoContent, status, answer)
	require.Contains(t, factors().PINHash, "$argon2id$")
	status, _ = ask("PUT", "/pin", fmt.Sprintf(`"challenge": %q, "pin": ""`, p.proved(t, "+77010000001", "sign-in")))
	require.Equal(t, http.StatusNoContent, status)
	require.Empty(t, factors().PINHash)

	_, answer = ask("POST", "/totp/confirm", `"code": "000000"`)
	require.Equal(t, "wrong_code", answer["code"], "nothing waits")
	p.now = p.now.Add(10 * time.Minute)
	status, begun := ask("POST", "/totp", fmt.Sprintf(`"challenge": %q`, p.proved(t, "+77010000001", "sign-in")))
	require.Equal(t, http.StatusCreated, status, begun)
	secret := begun["secret"].(string)
	require.True(t, factors().Fresh)
	require.NotContains(t, pgtest.Value[string](t, p.url, `SELECT f::text || encode(totp_sealed, 'escape') FROM citizen_factors f`), secret)
	code, err := totp.Code(secret, p.now)
	require.NoError(t, err)
	status, answer = ask("POST", "/totp/confirm", fmt.Sprintf(`"code": %q`, code))
	require.Equal(t, http.StatusNoContent, status, answer)
	require.False(t, factors().Fresh)
	require.Equal(t, p.now.Unix()/30, factors().TOTPStep, "the code is used")
	deeds := pgtest.Value[[]string](t, p.url, `SELECT array_agg(action ORDER BY id) FROM audit WHERE actor = 'client:portal' AND action !~ '^otp'`)
	require.Equal(t, []string{"pin.set", "pin.remove", "totp.begin", "totp.confirm"}, deeds)
}

// Two nodes to which a challenge is shown at once take it once.
func TestAChallengeBindsOnce(t *testing.T) {
	t.Parallel()
	p := newIdentityPortal(t)
	challenge := p.proved(t, newPhone, "bind")
	nodes := []*store.Store{p.db, pgtest.Open(t, p.url)}
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for i := range 12 {
		all.Go(func() {
			err := nodes[i%2].Do(t.Context(), func(w *store.Work) error {
				_, err := w.TakeProof(t.Context(), "portal", challenge, p.now.Add(-citizen.ProofLife), p.now)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				taken++
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, taken)
}

package agentdesk_test

import (
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/floor/floortest"
	"okno/internal/login"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const chosen = "три синих трамвая едут"

func TestAnAgentChangesThePassword(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	nodes := []*httptest.Server{o.node(t, o.DB), o.node(t, pgtest.Open(t, o.URL))}
	here, elsewhere := cookieAt(t, nodes[0].URL, "aliya"), cookieAt(t, nodes[1].URL, "aliya")
	p := desktest.Open(t, nodes[1].URL, elsewhere, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	for _, wrong := range []struct {
		body   m
		status int
		code   string
	}{
		{m{"old": floortest.Password, "new": "short one"}, http.StatusBadRequest, "password_short"},
		{m{"old": floortest.Password, "new": "aliya-okno-aliya"}, http.StatusBadRequest, "password_obvious"},
		{m{"old": floortest.Password, "new": "три синих\nтрамвая едут"}, http.StatusBadRequest, "password_unkeyable"},
		{m{"old": "another password", "new": chosen}, http.StatusForbidden, "wrong_password"},
	} {
		status, answer := asksAt(t, nodes[0].URL, here, http.MethodPost, "/desk/password", wrong.body)
		require.Equal(t, []any{wrong.status, wrong.code}, []any{status, answer["code"]}, wrong.body)
	}
	status, _ := asksAt(t, nodes[0].URL, here, http.MethodPost, "/desk/password", m{"old": floortest.Password, "new": chosen})
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, 4001, p.Closed(5*time.Second))
	for i, cookie := range []string{here, elsewhere} {
		status, _ := asksAt(t, nodes[i].URL, cookie, http.MethodGet, "/desk/me", nil)
		require.Equal(t, http.StatusUnauthorized, status)
	}
	_, status = desktest.LogIn(t, nodes[0].URL, "aliya", floortest.Password)
	require.Equal(t, http.StatusUnauthorized, status)
	_, status = desktest.LogIn(t, nodes[0].URL, "aliya", chosen)
	require.Equal(t, http.StatusOK, status)
}

// A stranger at an open desk guesses the old password no faster than at the door.
func TestTheOldPasswordIsGuessedSlowly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stopped := time.Now()
	o.clock = func() time.Time { return stopped }
	n := o.node(t, o.DB)
	cookie := cookieAt(t, n.URL, "aliya")
	for i := range 8 {
		status, answer := asksAt(t, n.URL, cookie, http.MethodPost, "/desk/password", m{"old": "another password", "new": chosen})
		require.Equal(t, i >= 5, status == http.StatusTooManyRequests, "%d: %v", i, answer)
	}
}

func TestALinkSetsAPasswordOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	nodes := []*httptest.Server{o.node(t, o.DB), o.node(t, pgtest.Open(t, o.URL))}
	id := o.Agents[len(o.Agents)-1].ID
	cookie := cookieAt(t, nodes[0].URL, "aliya")
	invite := func(token string, with func(w *store.Work) error) {
		hash := sha256.Sum256([]byte(token))
		o.Do(t, func(w *store.Work) error {
			if err := w.Invite(t.Context(), id, hash[:], login.InvitationLife, "cli"); err != nil {
				return err
			}
			return with(w)
		})
	}
	nothing := func(*store.Work) error { return nil }
	take := func(node int, token, secret string) (int, m) {
		return asksAt(t, nodes[node].URL, "", http.MethodPost, "/desk/invitation", m{"token": token, "password": secret})
	}
	invite("first", nothing)
	status, _ := asksAt(t, nodes[0].URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusOK, status, "an invitation alone ends nothing")
	invite("second", func(w *store.Work) error { return w.ForgetPassword(t.Context(), id, "cli") })
	status, _ = asksAt(t, nodes[0].URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status, "a reset ends the logins")
	_, status = desktest.LogIn(t, nodes[0].URL, "aliya", floortest.Password)
	require.Equal(t, http.StatusUnauthorized, status, "and the password")

	for _, token := range []string{"first", "", "nothing"} {
		status, answer := take(0, token, chosen)
		require.Equal(t, []any{http.StatusNotFound, "no_invitation"}, []any{status, answer["code"]}, token)
	}
	status, answer := take(0, "second", "passwordpassword")
	require.Equal(t, []any{http.StatusBadRequest, "password_obvious"}, []any{status, answer["code"]}, "the link stays good")
	var taken atomic.Int64
	var work sync.WaitGroup
	for i := range 8 {
		work.Go(func() {
			if status, _ := take(i%2, "second", chosen); status == http.StatusOK {
				taken.Add(1)
			}
		})
	}
	work.Wait()
	require.EqualValues(t, 1, taken.Load())
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM invitations WHERE token_hash = 'second'`))
	_, status = desktest.LogIn(t, nodes[1].URL, "aliya", chosen)
	require.Equal(t, http.StatusOK, status)

	invite("late", nothing)
	pgtest.Exec(t, o.URL, `UPDATE invitations SET expires_at = now() WHERE used_at IS NULL`)
	status, _ = take(0, "late", chosen)
	require.Equal(t, http.StatusNotFound, status)
}

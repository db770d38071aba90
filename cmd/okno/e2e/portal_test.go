package e2e

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
)

// A portal has a password sent; the citizen reads it, or calls and hears it; it counts once.
func (w *world) passwordForPortal(t *testing.T) {
	t.Parallel()
	const citizen = "+77020000002" // of a Russian speaker
	key := w.run(t, "client", "add", "portal of the tests")

	status, refused := w.request(t, http.MethodPost, "/api/v1/challenges", "not a key", map[string]string{"number": citizen, "purpose": "sign-in"})
	require.Equal(t, http.StatusUnauthorized, status, refused)
	const nobodys = "+77015550003"
	status, decoy := w.request(t, http.MethodPost, "/api/v1/challenges", key, map[string]string{"number": nobodys, "purpose": "sign-in"})
	require.Equal(t, http.StatusCreated, status, "a number that is bound to nobody gets the same answer: %v", decoy)

	status, challenge := w.request(t, http.MethodPost, "/api/v1/challenges", key, map[string]string{"number": citizen, "purpose": "sign-in"})
	require.Equal(t, http.StatusCreated, status, challenge)
	var message string
	eventually(t, patience, func() bool {
		if written := w.operator.Written(citizen); len(written) > 0 {
			message = written[0]
		}
		return message != ""
	}, func() string { return "no password by SMS" })
	code := regexp.MustCompile(`\b\d{6}\b`).FindString(message)
	require.NotEmpty(t, code, "no code in %q", message)

	require.Empty(t, w.operator.Written(nobodys), "and no message")
	phone := w.calls(t, citizen)
	w.hears(t, phone, ru, 0, begins("main.menu"))
	phone.Key(t, "3")
	at := w.hears(t, phone, ru, 0, whole("passcode.tell").with("code", dialogue.TypeSecret, code))
	w.hears(t, phone, ru, at, begins("passcode.after"))
	phone.HangUp(t)

	verify := func(typed string) (int, map[string]any) {
		return w.request(t, http.MethodPost, "/api/v1/challenges/"+challenge["id"].(string)+"/verify", key, map[string]string{"code": typed})
	}
	status, answer := verify(mistyped(code))
	require.Equal(t, "wrong_code", answer["code"], "%d %v", status, answer)
	status, answer = verify(code)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, "verified", answer["state"])
	require.NotEmpty(t, answer["proof"])
	status, answer = verify(code)
	require.Equal(t, "used", answer["code"], "%d %v", status, answer)

	again := w.calls(t, citizen)
	again.Key(t, "3")
	w.hears(t, again, ru, 0, whole("passcode.none"))
	again.HangUp(t)
}

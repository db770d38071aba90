package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// calls calls a command of DevTools.
func calls[P, R any](t *testing.T, p *page, command cdp.Command[P, R], params P) R {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	require.NoError(t, err, command.Method)
	return result
}

// An operator sets up a security key in Chromium, logs in by it, and is kept out by what a copy or a thief of it would do.
func TestASecurityKeyInABrowser(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := browse(t, strings.Replace(o.http, "127.0.0.1", "localhost", 1)+"/desk/", recorded(operatorSays))
	calls(t, desk, webauthn.Enable, webauthn.EnableParams{})
	key := calls(t, desk, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "usb", HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID

	logIn := func() {
		desk.logsIn(t, "aliya", demoPassword)
	}
	logIn()
	desk.clicks(t, "#section-account")
	desk.types(t, "#keys input[name=name]", "Ключ на столе")
	desk.clicks(t, "#keys form button")
	desk.sees(t, "#second-factor .recovery")
	desk.clicks(t, "#second-factor button.primary")
	desk.reads(t, "#keys li", "Ключ на столе")
	desk.picture(t, "desk-keys.png")
	require.Equal(t, 10, pgtest.Value[int](t, url, `SELECT count(*) FROM recovery_codes`))
	desk.clicks(t, "#keys li button")
	desk.sees(t, "#keys .wrong") // it is the only second factor
	desk.clicks(t, "#section-account")
	desk.clicks(t, ".logout")

	logIn()
	desk.clicks(t, "#login-key")
	desk.sees(t, "#section-account")
	require.Equal(t, "localhost", pgtest.Value[string](t, url, `SELECT site FROM passkeys WHERE used_at IS NOT NULL`))
	desk.clicks(t, ".logout")

	// Whoever finds the key is not verified by it.
	calls(t, desk, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: key})
	logIn()
	desk.clicks(t, "#login-key")
	desk.sees(t, ".wrong")
	bad := true
	calls(t, desk, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: key, IsUserVerified: true})
	calls(t, desk, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: key, IsBadUV: &bad})
	desk.clicks(t, "#login-key")
	desk.sees(t, ".wrong")
	calls(t, desk, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: key})

	// A copy counts for itself.
	known := calls(t, desk, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: key}).Credentials
	require.Len(t, known, 1)
	pgtest.Exec(t, url, `UPDATE passkeys SET uses = 1000`)
	desk.clicks(t, "#login-key")
	eventually(t, patience, func() bool {
		return pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action = 'agent.passkey_cloned'`) == 1
	}, func() string { return "the journal does not tell of the copy" })
	pgtest.Exec(t, url, `UPDATE passkeys SET uses = 1`)
	desk.clicks(t, "#login-key")
	desk.sees(t, "#section-account")
}

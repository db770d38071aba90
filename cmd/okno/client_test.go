package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
)

// The example is one that Okno loads, and loads only once; a change is loaded, and what is left out of a client ends.
func TestClientsAreLoadedFromAFile(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := pgtest.New(t)
	load := func(path string) string {
		clients, purposes, err := readClients(path)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, loadClients(ctx, &out, db, clients, purposes))
		return out.String()
	}
	const example = "../../deploy/clients.example.yaml"
	require.Equal(t, "egov: loaded, 3 purposes\n", load(example))
	require.Equal(t, "egov: unchanged, 3 purposes\n", load(example))
	content, err := os.ReadFile(example)
	require.NoError(t, err)
	changed := filepath.Join(t.TempDir(), "clients.yaml")
	rest, _, _ := strings.Cut(string(content), "      - name: bind")
	require.NoError(t, os.WriteFile(changed, []byte(strings.Replace(rest, "digits: 8", "digits: 7", 1)), 0o600))
	require.Equal(t, "egov: loaded, 2 purposes\n", load(changed))
	purposes, err := db.Purposes(ctx, "egov")
	require.NoError(t, err)
	require.Len(t, purposes, 2)
	require.Equal(t, 7, purposes[0].Digits)

	require.NoError(t, os.WriteFile(changed, []byte(strings.Replace(string(content), "title: eGov ", "title: Электронное правительство ", 1)), 0o600))
	_, _, err = readClients(changed)
	require.ErrorContains(t, err, "purpose sign-in: language ru: its message takes 2 segments by SMS")

	key, err := addClient(ctx, db, "kiosk", "", "kiosk.example")
	require.NoError(t, err)
	again, err := addClient(ctx, db, "kiosk", "")
	require.NoError(t, err)
	require.NotEqual(t, key, again)
	_, err = addClient(ctx, db, "kiosk", "Another title")
	require.ErrorContains(t, err, "okno client load")
	_, err = addClient(ctx, db, "long", strings.Repeat("д", 40), "a-long-name.example")
	require.ErrorContains(t, err, "language kk")

	clients, keys, err := db.Clients(ctx)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, printClients(&out, clients, keys, time.Now()))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 4, out.String())
	require.Regexp(t, `^egov +eGov +active +otp,otp.report,catalogue +10.1.0.0/16,192.0.2.7/32 +none +50000 +none +never$`, lines[1])
	require.Regexp(t, `^kiosk +kiosk +active +otp,catalogue +anywhere +none +10000 +\d+ +in 24h0m0s +never$`, lines[2])
	require.Regexp(t, `^kiosk .* in 8760h0m0s +never$`, lines[3])
}

func TestThePasswordsReportIsPrinted(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.AddClient(t, db, "portal", "")
	pgtest.Exec(t, url, `INSERT INTO otp_hours VALUES (now() - interval '2 hours', 'portal', '+7701', 'operator-a', 200, 150, 40, 100), (now(), 'portal', '+7701', '', 1, 0, 0, 0)`)
	held, err := db.HoldPasswords(t.Context(), otp.Watched{Client: "portal", Prefix: "+7702"}, "few", time.Now(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.True(t, held)
	var out strings.Builder
	require.NoError(t, printPasswords(t.Context(), &out, db, time.Now(), 1, ""))
	require.Regexp(t, `(?s)portal +\+7701 +none +1 +0 \(0 %\).*portal +\+7701 +operator-a +200 +150 \(75 %\) +40 \(20 %\) +100 \(50 %\)\n\nHELD.*portal +\+7702 +in 1h0m0s +few`, out.String())
}

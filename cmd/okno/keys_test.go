package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/audit"
	"okno/internal/cases"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
)

// The secret is replaced in three steps, with nodes of two configurations serving at each: the new one is accepted, it makes and the old one is
// accepted, the old one is gone. What was made before counts at each step, and after the last one what lasts.
func TestTheSecretIsReplaced(t *testing.T) {
	url := pgtest.URL(t)
	folder := t.TempDir()
	const old, fresh = "the secret of the first year", "the secret of the second year"
	node := func(secret string, accepted ...string) (config, *store.Store) {
		t.Helper()
		c := config{DatabaseURL: url, Secret: secret, AcceptedSecrets: accepted, Keys: []keyConfig{{ID: "2026", Secret: "a key of sixteen characters"}},
			Privacy: privacyConfig{Erasures: filepath.Join(folder, "erasures")}}
		db, err := openDatabase(c, nil)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		require.NoError(t, openSeals(t.Context(), c, db))
		return c, db
	}
	passwords := func(c config) *otp.Vault {
		t.Helper()
		keys := c.subkeys("passwords")
		vault, err := otp.NewVault(keys[0], keys[1:]...)
		require.NoError(t, err)
		return vault
	}
	open := func(db *store.Store) string {
		t.Helper()
		var opened cases.Case
		require.NoError(t, db.Do(t.Context(), func(w *store.Work) (err error) {
			opened, err = w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, Subject: "s", By: "test"})
			return err
		}))
		return opened.Number
	}
	verify := func(c config, db *store.Store, anchors ...audit.Anchor) error {
		chain, signers := c.auditChain()
		public := make([]ed25519.PublicKey, len(signers))
		for i, key := range signers {
			public[i] = key.Public().(ed25519.PublicKey)
		}
		_, _, err := audit.Verify(context.WithoutCancel(t.Context()), db, chain, anchors, public...)
		return err
	}
	anchor := func(c config, db *store.Store) audit.Anchor {
		t.Helper()
		chain, signers := c.auditChain()
		_, err := db.SealAudit(t.Context(), 100, chain.Next)
		require.NoError(t, err)
		length, hash, _, err := db.AuditHead(t.Context())
		require.NoError(t, err)
		return audit.Sign(signers[0], time.Now(), length, hash)
	}

	first, before := node(old)
	numbers := []string{open(before)}
	anchors := []audit.Anchor{anchor(first, before)}
	vault, err := first.factors()
	require.NoError(t, err)
	var agent int64
	pgtest.Do(t, before, func(w *store.Work) (err error) {
		if agent, err = w.SaveAgent(t.Context(), acd.Agent{Login: "aliya", Name: "Алия", Role: access.Supervisor, Languages: []string{"ru"}, Queues: []string{}}, "x"); err != nil {
			return err
		}
		sealed, err := vault.Seal(agent, "JBSWY3DPEHPK3PXP")
		if err != nil {
			return err
		}
		return w.BeginFactor(t.Context(), agent, sealed)
	})
	list, err := first.erasures()
	require.NoError(t, err)
	require.NoError(t, list.Add(privacy.Erasure{At: time.Now(), Citizen: 7}))
	code, mac, _, err := passwords(first).New("c1", 6)
	require.NoError(t, err)
	recovery := vault.RecoveryHash(agent, "abcde-fghij")

	// A node that accepts the new secret meets what the next ones make.
	second, _ := node(old, fresh)
	third, db := node(fresh, old)
	made, its, _, err := passwords(third).New("c2", 6)
	require.NoError(t, err)
	require.True(t, passwords(second).Matches(otp.Challenge{PublicID: "c2", MAC: its}, made))
	require.True(t, passwords(third).Matches(otp.Challenge{PublicID: "c1", MAC: mac}, code))
	numbers = append(numbers, open(db), open(before))
	anchors = append(anchors, anchor(third, db))
	require.NoError(t, verify(third, db, anchors...))
	require.NoError(t, verify(second, db, anchors...))
	vault, err = third.factors()
	require.NoError(t, err)
	require.Contains(t, vault.RecoveryHashes(agent, "abcde-fghij"), recovery)

	file := filepath.Join(folder, "okno.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "database_url: %q\nsecret: %q\naccepted_secrets: [%q]\nkeys: [{id: '2026', secret: a key of sixteen characters}]\nprivacy: {erasures: %q}\n",
		url, fresh, old, filepath.Join(folder, "erasures")), 0o600))
	require.Zero(t, run([]string{"keys", "rotate", "--config", file}))

	last, after := node(fresh)
	sealed, err := after.FactorOf(t.Context(), agent, false)
	require.NoError(t, err)
	vault, err = last.factors()
	require.NoError(t, err)
	secret, err := vault.Open(agent, sealed)
	require.NoError(t, err)
	require.Equal(t, "JBSWY3DPEHPK3PXP", secret)
	vault, err = first.factors()
	require.NoError(t, err)
	_, err = vault.Open(agent, sealed)
	require.Error(t, err, "the old secret opens it no more")
	list, err = last.erasures()
	require.NoError(t, err)
	erasures, err := list.Read()
	require.NoError(t, err)
	require.Len(t, erasures, 1)
	require.False(t, passwords(last).Matches(otp.Challenge{PublicID: "c1", MAC: mac}, code))
	require.ErrorIs(t, verify(last, after, anchors...), audit.ErrBroken, "whoever verifies the journal accepts the secret of then")
	require.NoError(t, verify(third, after, anchors...))
	numbers = append(numbers, open(after))
	var series []string
	for serial := range int64(20) {
		number, err := cases.NewNumbering(subkey(old, "case numbers")).Number(serial)
		require.NoError(t, err)
		series = append(series, number)
	}
	require.Subset(t, series, numbers, "the numbers go on as they were made: another series would have some of them again")
}

// Two secrets would be two master keys of one id: personal data has keys of its own first.
func TestASecondSecretWantsKeys(t *testing.T) {
	t.Parallel()
	_, err := config{Secret: "a secret that is long enough", AcceptedSecrets: []string{"another that is long enough"}}.ring()
	require.ErrorContains(t, err, "name keys first")
}

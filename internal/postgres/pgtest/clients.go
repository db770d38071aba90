package pgtest

import (
	"context"
	"testing"
	"time"

	"okno/internal/client"
	"okno/internal/otp"
	"okno/internal/postgres/store"
)

// AddClient adds a client with purposes, by whatever names, of which each is like signing in, and a key; "": none.
func AddClient(t testing.TB, db *store.Store, name, key string, purposes ...string) {
	t.Helper()
	ctx := context.Background()
	c, err := client.Entry{Name: name}.Client()
	if err != nil {
		t.Fatal(err)
	}
	Do(t, db, func(w *store.Work) error {
		if _, err := w.SaveClient(ctx, c, "test"); err != nil {
			return err
		}
		for _, purpose := range purposes {
			p := otp.SignIn(name, "egov.example")
			p.Name = purpose
			if _, err := w.SavePurpose(ctx, p, "test"); err != nil {
				return err
			}
		}
		if key == "" {
			return nil
		}
		_, err := w.AddKey(ctx, name, client.Hash(key), time.Now(), client.Lifetime, client.Overlap, "test", "")
		return err
	})
}

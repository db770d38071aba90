package main

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/folder"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

type texts struct{}

func (texts) Step(dialogue.Language, cases.Case) string                        { return "" }
func (texts) Merged(dialogue.Language, cases.Case, cases.State, string) string { return "" }

// The sample agency without a service takes cases through their states by files alone.
func TestTheSampleAgencyExchangesFiles(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	root := t.TempDir()
	pgtest.Do(t, db, func(w *store.Work) error {
		require.NoError(t, w.SaveAgency(t.Context(), "arch", map[dialogue.Language]string{"ru": "arch"}))
		require.NoError(t, w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: "arch", URL: "file://" + filepath.ToSlash(root), Files: true, Every: time.Second}, "test"))
		for range 5 {
			if _, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, Agency: "arch", Subject: "справка", By: "okno"}); err != nil {
				return err
			}
		}
		return nil
	})
	inbox := exchange.NewInbox(func(ctx context.Context, fn func(exchange.Work) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, casework.NewTeller(texts{}, func(string) int { return 1 }, time.Now), time.Now)
	files := exchange.NewFiles(db, inbox, folder.Open, time.Now, zerolog.Nop())
	a := &agencysim{Agency: "arch", Folder: root, Look: 50 * time.Millisecond, Pace: 20 * time.Millisecond, Late: 0.3, Twice: 0.3}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { _ = files.Run(ctx) })
	running.Go(func() { _ = a.run(ctx) })
	require.Eventually(t, func() bool {
		return pgtest.Value[int](t, url, `SELECT count(*) FROM cases WHERE state = 'ready'`) == 5 &&
			pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_deliveries WHERE state = 'delivered'`) == 5
	}, time.Minute, 100*time.Millisecond)
}

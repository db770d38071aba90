package audit_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/audit"
	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func TestTheAuditChainShowsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"":               "",
		"entry 2 of the": `UPDATE audit SET actor = 'nobody' WHERE seal = 2 RETURNING id`,
		"entry 3 of the": `DELETE FROM audit WHERE seal = 3 RETURNING id`,
		"entry 4 of the": `UPDATE audit SET detail = '{"x": 1}' WHERE seal = 4 RETURNING id`,
		"entry 1 of the": `UPDATE audit SET at = at + interval '1 second' WHERE seal = 1 RETURNING id`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			for range 5 {
				pgtest.Do(t, db, func(w *store.Work) error {
					_, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Inquiry, Subject: "s", By: "test"})
					return err
				})
			}
			for _, want := range []int{2, 2, 1, 0} {
				n, err := db.SealAudit(ctx, 2, audit.Next)
				require.NoError(t, err)
				require.Equal(t, want, n)
			}
			if tamper != "" {
				pgtest.Value[int64](t, url, tamper)
			}
			length, last, err := audit.Verify(ctx, db)
			if tamper == "" {
				require.NoError(t, err)
				require.EqualValues(t, 5, length)
				require.Len(t, last, 32)
				return
			}
			require.ErrorIs(t, err, audit.ErrBroken)
			require.ErrorContains(t, err, name)
		})
	}
}

package pgtest

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

// Index is the blind index of a telephone number in a database for tests.
func Index(number string) []byte { return Keys.Index(seal.TelephoneNumber, number) }

// Texts gives the texts of messages to citizens, in order; "" of one that nobody has to submit any more. where is a condition on a row m
// of mt_messages.
func Texts(t testing.TB, url, where string, args ...any) []string {
	t.Helper()
	var sealed [][]byte
	look(t, url, func(ctx context.Context, conn *pgx.Conn) {
		rows, err := conn.Query(ctx, "SELECT sealed FROM mt_messages m WHERE "+where+" ORDER BY id", slices.Concat(unprepared, args)...)
		require.NoError(t, err)
		sealed, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		require.NoError(t, err)
	})
	texts := make([]string, len(sealed))
	for i, one := range sealed {
		if len(one) == 0 {
			continue
		}
		text, err := messages.OpenText(Keys, one)
		require.NoError(t, err)
		texts[i] = text
	}
	return texts
}

// LastText gives the text of the last message to a number in a lane; "" where none waits.
func LastText(t testing.TB, url string, lane message.Lane, number string) string {
	t.Helper()
	texts := Texts(t, url, "destination = $1 AND lane = $2", number, lane)
	if len(texts) == 0 {
		return ""
	}
	return texts[len(texts)-1]
}

package privacy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	"okno/internal/seal"
)

// scope says which rows belong to a citizen: those of the citizen, and those of the citizen's present numbers from times when these were bound
// to nobody else.
type scope struct {
	citizen      int64
	since        time.Time // the citizen was registered
	bound        []string  // numbers that are bound to the citizen now
	numbers      []string  // those, and others on which the citizen was met
	interactions []int64
	cases        []int64
}

const (
	readCitizen  = `SELECT created_at, ` + datakeys.OfCitizen + `id) FROM citizens WHERE id = $1`
	boundNumbers = `SELECT sealed_number FROM bindings WHERE citizen_id = $1 AND ended_at IS NULL ORDER BY id`

	interactionsOf = `
SELECT id, sealed_number, wrapped FROM (
    SELECT i.id, i.sealed_number, ` + datakeys.OfInteraction + `i.id) AS wrapped FROM interactions i WHERE i.citizen_id = $1
    UNION
    SELECT i.id, i.sealed_number, ` + datakeys.OfInteraction + `i.id) FROM interactions i WHERE i.number_index = ANY ($2) AND i.citizen_id IS NULL) i
ORDER BY id`
	casesOf = `
SELECT id FROM cases WHERE citizen_id = $1
UNION SELECT id FROM cases WHERE contact_index = ANY ($2) AND citizen_id IS NULL ORDER BY 1`
)

// scopeOf gives what is a citizen's. [citizen.ErrUnknown].
func (w steps) scopeOf(ctx context.Context, id int64) (s scope, err error) {
	s.citizen = id
	var key seal.Wrapped
	if err := w.tx.QueryRow(ctx, readCitizen, id).Scan(&s.since, &key); err != nil {
		return s, postgres.NoRows(err, citizen.ErrUnknown)
	}
	rows, err := w.tx.Query(ctx, boundNumbers, id)
	if err != nil {
		return s, err
	}
	own := datakeys.NewOpener(w.ring)
	s.bound, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var sealed []byte
		if err := row.Scan(&sealed); err != nil {
			return "", err
		}
		return own.Text(key, identity.PlaceOfBound(id), sealed)
	})
	if err != nil {
		return s, err
	}
	s.numbers = slices.Clone(s.bound)
	indexes := w.indexes(s.bound)
	if rows, err = w.tx.Query(ctx, interactionsOf, id, indexes); err != nil {
		return s, err
	}
	var interaction int64
	var sealed, wrapped []byte
	opener := datakeys.NewOpener(w.ring)
	_, err = pgx.ForEachRow(rows, []any{&interaction, &sealed, &wrapped}, func() error {
		s.interactions = append(s.interactions, interaction)
		number, err := opener.Text(wrapped, datakeys.NumberOf(interaction), sealed)
		if err == nil && number != "" && !slices.Contains(s.numbers, number) {
			s.numbers = append(s.numbers, number)
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("list interactions: %w", err)
	}
	if rows, err = w.tx.Query(ctx, casesOf, id, indexes); err != nil {
		return s, err
	}
	s.cases, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return s, err
}

// indexes gives the blind indexes of numbers, by each key of the ring.
func (w steps) indexes(numbers []string) [][]byte {
	all := [][]byte{}
	for _, number := range numbers {
		all = append(all, w.ring.Indexes(seal.TelephoneNumber, number)...)
	}
	return all
}

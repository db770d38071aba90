package exchange

import (
	"context"
	"fmt"
	"time"

	"okno/internal/exchange"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
)

const addFee = `INSERT INTO fees (interaction_id, agency, sealed) VALUES ($1, $2, $3) RETURNING id`

// KeepFees keeps what a citizen got a link to pay for, and gives the ids of the rows.
func (w Steps) KeepFees(ctx context.Context, interaction int64, fees []exchange.Fee) (ids []int64, err error) {
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, interaction)
	if err != nil {
		return nil, fmt.Errorf("keep fees: %w", err)
	}
	for _, f := range fees {
		var id int64
		sealed, err := datakeys.SealJSON(key, datakeys.FeesOf(interaction), f)
		if err == nil {
			err = w.tx.QueryRow(ctx, addFee, interaction, f.Agency, sealed).Scan(&id)
		}
		if err != nil {
			return nil, fmt.Errorf("keep fees: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

const feeToFollow = `
SELECT f.interaction_id, f.agency, f.told_at, f.sealed, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = f.interaction_id),
       i.number, i.sealed_number
FROM fees f JOIN interactions i ON i.id = f.interaction_id WHERE f.id = $1 AND f.state = 'due' AND f.sealed IS NOT NULL`

// FeeToFollow gives a fee that is not known to be paid, with where its citizen is told. exchange.ErrNoFee.
func (s *Store) FeeToFollow(ctx context.Context, id int64) (f exchange.Followed, err error) {
	var sealed, wrapped, number []byte
	var plain *string
	err = s.db.QueryRow(ctx, feeToFollow, id).Scan(&f.Interaction, &f.Fee.Agency, &f.ToldAt, &sealed, &wrapped, &plain, &number)
	if err = postgres.NoRows(err, exchange.ErrNoFee); err != nil {
		return f, err
	}
	f.ID = id
	agency := f.Fee.Agency
	opener := datakeys.NewOpener(s.ring)
	if err = opener.JSON(wrapped, datakeys.FeesOf(f.Interaction), sealed, &f.Fee); err == nil && len(number) > 0 {
		var opened []byte
		opened, err = opener.Open(wrapped, datakeys.NumberOf(f.Interaction), number)
		f.Number = string(opened)
	}
	if plain != nil {
		f.Number = *plain
	}
	f.Fee.Agency = agency
	if err != nil {
		return f, fmt.Errorf("read fee %d: %w", id, err)
	}
	return f, nil
}

const settleFee = `UPDATE fees SET state = $2, paid_at = CASE WHEN $2 = 'paid' THEN $3::timestamptz END WHERE id = $1 AND state = 'due'`

// SettleFee notes that a fee is paid, or that nobody knows. False: it was noted before.
func (w Steps) SettleFee(ctx context.Context, id int64, state string, at time.Time) (bool, error) {
	tag, err := w.tx.Exec(ctx, settleFee, id, state, at)
	if err != nil {
		return false, fmt.Errorf("settle fee: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

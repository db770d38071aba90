package datakeys

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// ErrDestroyed says that there is no data key: it was destroyed, with all that it sealed.
var ErrDestroyed = errors.New("the data was erased")

const interactionKey = `SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = $1`

// keptInteraction names the data key of an interaction that a transaction has read or made.
type keptInteraction int64

// Interaction gives the data key of an interaction, which a transaction reads once. [ErrDestroyed].
func Interaction(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, id int64) (*seal.DataKey, error) {
	if key, ok := tx.Kept(keptInteraction(id)).(*seal.DataKey); ok {
		return key, nil
	}
	key, err := read(ring, tx.QueryRow(ctx, interactionKey, id), "interaction", id)
	if err == nil {
		KeepInteraction(tx, id, key)
	}
	return key, err
}

// KeepInteraction has [Interaction] give the key that the transaction has made, or read with something else.
func KeepInteraction(tx *postgres.Tx, id int64, key *seal.DataKey) { tx.Keep(keptInteraction(id), key) }

const caseKey = `SELECT wrapped FROM data_keys WHERE kind = 'c' AND owner_id = $1`

// Case gives the data key of a case. [ErrDestroyed].
func Case(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, id int64) (*seal.DataKey, error) {
	return read(ring, tx.QueryRow(ctx, caseKey, id), "case", id)
}

func read(ring *seal.Ring, row pgx.Row, what string, id int64) (*seal.DataKey, error) {
	var wrapped seal.Wrapped
	err := postgres.NoRows(row.Scan(&wrapped), ErrDestroyed)
	if err == nil {
		var key *seal.DataKey
		if key, err = ring.Unwrap(wrapped); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("key of %s %d: %w", what, id, err)
}

const (
	agentKey    = `SELECT wrapped FROM data_keys WHERE kind = 'a' AND owner_id = $1`
	addAgentKey = `INSERT INTO data_keys (kind, owner_id, wrapped) VALUES ('a', $1, $2) ON CONFLICT DO NOTHING`
)

// Agent gives the data key of an agent's answers, which is made when it is first asked for.
func Agent(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, id int64) (*seal.DataKey, error) {
	for {
		key, err := read(ring, tx.QueryRow(ctx, agentKey, id), "agent", id)
		if !errors.Is(err, ErrDestroyed) {
			return key, err
		}
		_, wrapped, err := ring.NewDataKey()
		if err == nil {
			_, err = tx.Exec(ctx, addAgentKey, id, wrapped)
		}
		if err != nil {
			return nil, fmt.Errorf("key of agent %d: %w", id, err)
		}
	}
}

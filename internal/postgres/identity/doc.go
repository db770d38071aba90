// Package identity keeps who citizens and clients are, and the passwords that they are sent.
package identity

import (
	"context"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db     *postgres.DB
	ring   *seal.Ring
	sends  *together[send]
	checks *together[check]
}

// NewStore is over a database; ring opens who citizens are.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store {
	s := &Store{db: db, ring: ring}
	s.checks = &together[check]{abreast: checksAbreast, most: checksTogether, write: func(ctx context.Context, checks []check) error {
		return s.do(ctx, func(w Steps) error { return w.checkAll(ctx, checks) })
	}}
	s.sends = &together[send]{abreast: sendsAbreast, most: sendsTogether,
		key: func(one send) string { return one.q.Number }, // the second for a number reads what the first has written
		write: func(ctx context.Context, sends []send) error {
			return s.do(ctx, func(w Steps) error { return w.sendAll(ctx, sends) })
		}}
	return s
}

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }

func (s *Store) do(ctx context.Context, fn func(Steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(In(tx, s.ring)) })
}

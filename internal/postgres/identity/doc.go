// Package identity keeps who citizens and clients are, and the passwords that they are sent.
package identity

import (
	"context"

	"okno/internal/postgres"
)

// Store has the methods that own their transaction.
type Store struct {
	db     *postgres.DB
	sends  *together[send]
	checks *together[check]
}

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store {
	s := &Store{db: db}
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
type Steps struct{ tx *postgres.Tx }

// In gives the steps of a unit of work.
func In(tx *postgres.Tx) Steps { return Steps{tx} }

func (s *Store) do(ctx context.Context, fn func(Steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(Steps{tx}) })
}

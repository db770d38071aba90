// Package identity keeps who citizens and clients are, and the passwords that they are sent.
package identity

import (
	"context"

	"okno/internal/groupcommit"
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db     *postgres.DB
	ring   *seal.Ring
	sends  *groupcommit.Group[send]
	checks *groupcommit.Group[check]
}

// NewStore is over a database; ring opens who citizens are.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store {
	s := &Store{db: db, ring: ring}
	s.checks = &groupcommit.Group[check]{Abreast: checksAbreast, Most: checksTogether, Write: func(ctx context.Context, checks []check) error {
		return s.do(ctx, func(w Steps) error { return w.checkAll(ctx, checks) })
	}}
	s.sends = &groupcommit.Group[send]{Abreast: sendsAbreast, Most: sendsTogether,
		Keys: func(one send) []string { return []string{one.q.Number} }, // the second for a number reads what the first has written
		Write: func(ctx context.Context, sends []send) error {
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

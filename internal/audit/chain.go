// Package audit chains the journal of what was done to personal data: each entry's MAC covers the one before it, so that an entry that
// was changed, taken out or put in later shows. The key is outside the database, so that nobody who writes there can chain anew what was
// changed. Anchors, signed and written elsewhere, show a tail that was cut off. It knows no storage.
//
// Entries are written in the transactions of the deeds, and chained a moment later, in one order, by one sealer at a time: a chain
// inside the transactions would make every deed wait for every other.
package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/rs/zerolog"
)

// Entry is a line of the journal.
type Entry struct {
	ID      int64
	At      time.Time // microseconds count
	Actor   string
	Action  string
	Subject string
	Detail  string // JSON in the form in which the store always gives it
	Seal    int64  // its place in the chain, from 1
	Hash    []byte
}

// ErrBroken says that the chain does not hold.
var ErrBroken = errors.New("the audit chain is broken")

// Chain makes the MACs of the journal.
type Chain struct{ keys [][]byte }

// NewChain takes a secret key of 32 bytes, and those that are accepted beside it: they make no MAC.
func NewChain(key []byte, accepted ...[]byte) *Chain {
	return &Chain{keys: append([][]byte{key}, accepted...)}
}

// Next gives the MAC of an entry that follows one with the MAC previous; nil for the first.
func (c *Chain) Next(previous []byte, e Entry) []byte { return next(c.keys[0], previous, e) }

// holds says whether an entry has its MAC, by whichever key.
func (c *Chain) holds(previous []byte, e Entry) bool {
	return slices.ContainsFunc(c.keys, func(key []byte) bool { return hmac.Equal(next(key, previous, e), e.Hash) })
}

func next(key, previous []byte, e Entry) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(previous)
	for _, n := range []int64{e.Seal, e.ID, e.At.UnixMicro()} {
		_ = binary.Write(h, binary.BigEndian, n)
	}
	for _, field := range []string{e.Actor, e.Action, e.Subject, e.Detail} {
		_ = binary.Write(h, binary.BigEndian, int64(len(field)))
		h.Write([]byte(field))
	}
	return h.Sum(nil)
}

// Store keeps the journal.
type Store interface {
	// SealAudit chains up to limit entries that are not in the chain yet, by next, and gives their number.
	SealAudit(ctx context.Context, limit int, next func(previous []byte, e Entry) []byte) (int, error)
	// AuditChain gives the chain in its order.
	AuditChain(ctx context.Context, each func(Entry) error) error
	// AuditHead gives the length of the chain and its last MAC. behind says that entries wait for their seal for more than a minute.
	AuditHead(ctx context.Context) (length int64, last []byte, behind bool, err error)
}

// Sealer chains entries as they come.
type Sealer struct {
	store Store
	chain *Chain
	log   zerolog.Logger
}

// NewSealer takes its store and the chain's key.
func NewSealer(store Store, chain *Chain, log zerolog.Logger) *Sealer {
	return &Sealer{store: store, chain: chain, log: log}
}

// Run chains until ctx ends.
func (s *Sealer) Run(ctx context.Context) error {
	const every, batch = time.Second, 1000
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		n, err := s.store.SealAudit(ctx, batch, s.chain.Next)
		if err != nil && ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("audit entries not sealed yet")
		}
		if n == batch {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

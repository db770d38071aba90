// Package audit chains the journal of what was done to personal data: each entry's hash covers the one before it, so that
// an entry that was changed, taken out or put in later shows. It knows no storage.
//
// Entries are written in the transactions of the deeds, and chained a moment later, in one order, by one sealer at a time: a chain
// inside the transactions would make every deed wait for every other.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
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

// Next gives the hash of an entry that follows one with the hash previous; nil for the first.
func Next(previous []byte, e Entry) []byte {
	h := sha256.New()
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
}

// Verify follows the chain, and gives its length and last hash: whoever notes these down elsewhere can tell later that
// nothing was cut off. An error wraps ErrBroken and names the place.
func Verify(ctx context.Context, s Store) (length int64, last []byte, err error) {
	err = s.AuditChain(ctx, func(e Entry) error {
		if e.Seal != length+1 {
			return fmt.Errorf("%w: entry %d of the chain is missing", ErrBroken, length+1)
		}
		if want := Next(last, e); string(want) != string(e.Hash) {
			return fmt.Errorf("%w: entry %d of the chain (id %d, %s) was changed", ErrBroken, e.Seal, e.ID, e.At.Format(time.RFC3339))
		}
		length, last = e.Seal, e.Hash
		return nil
	})
	return length, last, err
}

// Sealer chains entries as they come.
type Sealer struct {
	store Store
	log   zerolog.Logger
}

// NewSealer takes its store.
func NewSealer(store Store, log zerolog.Logger) *Sealer { return &Sealer{store: store, log: log} }

// Run chains until ctx ends.
func (s *Sealer) Run(ctx context.Context) error {
	const every, batch = time.Second, 1000
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		n, err := s.store.SealAudit(ctx, batch, Next)
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

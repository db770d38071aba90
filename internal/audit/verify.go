package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"fmt"
	"slices"
	"time"
)

// slack is how much older than an entry before it an entry may be: its transaction began earlier, or the database's clock was set back.
// No transaction of Okno takes a minute.
const slack = 10 * time.Minute

// Verify follows the chain and holds it against anchors, which may be none, and are signed by one of the keys. It gives the chain's length and last MAC. An error wraps
// ErrBroken and names the place: an entry that was changed, taken out, or put in with an old date; a tail that was cut off; a chain that
// was made anew; an anchor that nobody with the key has signed.
func Verify(ctx context.Context, s Store, c *Chain, anchors []Anchor, keys ...ed25519.PublicKey) (length int64, last []byte, err error) {
	at := map[int64]Anchor{}
	var furthest Anchor
	for i, a := range anchors {
		if !slices.ContainsFunc(keys, a.signedBy) {
			return 0, nil, fmt.Errorf("%w: anchor %d of %s is not signed with this installation's key", ErrBroken, i+1, a.At.Format(time.RFC3339))
		}
		at[a.Length] = a
		if a.Length >= furthest.Length {
			furthest = a
		}
	}
	var newest time.Time
	err = s.AuditChain(ctx, func(e Entry) error {
		place := fmt.Sprintf("entry %d of the chain (id %d, %s)", e.Seal, e.ID, e.At.Format(time.RFC3339))
		if e.Seal != length+1 {
			return fmt.Errorf("%w: entry %d of the chain is missing", ErrBroken, length+1)
		}
		if !c.holds(last, e) {
			return fmt.Errorf("%w: %s was changed", ErrBroken, place)
		}
		if e.At.Before(newest.Add(-slack)) {
			return fmt.Errorf("%w: %s was put in later: entries before it are of %s", ErrBroken, place, newest.Format(time.RFC3339))
		}
		if e.At.After(newest) {
			newest = e.At
		}
		length, last = e.Seal, e.Hash
		if a, ok := at[length]; ok {
			if !hmac.Equal(a.Hash, last) {
				return fmt.Errorf("%w: %s is not the one of the anchor of %s", ErrBroken, place, a.At.Format(time.RFC3339))
			}
			if a.At.After(newest) { // what is sealed after it was written after it
				newest = a.At
			}
		}
		return nil
	})
	if err == nil && furthest.Length > length {
		err = fmt.Errorf("%w: it was cut off after entry %d: the anchor of %s has %d", ErrBroken, length, furthest.At.Format(time.RFC3339), furthest.Length)
	}
	return length, last, err
}

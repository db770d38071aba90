package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"
)

// Anchor is how far the chain had come at a time: whoever has it can tell later that nothing was cut off or made anew.
type Anchor struct {
	At        time.Time `json:"at"`
	Length    int64     `json:"length"`
	Hash      Hex       `json:"hash"`
	Signature Hex       `json:"signature"` // Ed25519, of the other three
}

// Hex is written in hexadecimal digits.
type Hex []byte

// MarshalText writes the digits.
func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// UnmarshalText reads the digits.
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.AppendDecode(nil, text)
	return err
}

// Sign gives an anchor of the chain.
func Sign(key ed25519.PrivateKey, at time.Time, length int64, hash []byte) Anchor {
	a := Anchor{At: at.UTC().Truncate(time.Microsecond), Length: length, Hash: hash}
	a.Signature = ed25519.Sign(key, a.signed())
	return a
}

func (a Anchor) signedBy(key ed25519.PublicKey) bool {
	return ed25519.Verify(key, a.signed(), a.Signature)
}

func (a Anchor) signed() []byte {
	return fmt.Appendf(nil, "okno audit anchor\n%s\n%d\n%x", a.At.UTC().Format(time.RFC3339Nano), a.Length, a.Hash)
}

// ReadAnchors reads anchors as they were written, one a line; a line may begin with what a log puts before it.
func ReadAnchors(r io.Reader) ([]Anchor, error) {
	var found []Anchor
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var a Anchor
		begin := bytes.IndexByte(line, '{')
		if begin < 0 || json.Unmarshal(line[begin:], &a) != nil {
			return nil, fmt.Errorf("line %d is no anchor", n)
		}
		found = append(found, a)
	}
	return found, lines.Err()
}

// Place is where anchors are kept, outside the database.
type Place interface {
	// Keep adds a line, and returns once it is kept.
	Keep(ctx context.Context, line []byte) error
	fmt.Stringer
}

// Anchorer signs the head of the chain and has it kept elsewhere, whenever the chain has grown, and daily if it has not.
type Anchorer struct {
	store  Store
	key    ed25519.PrivateKey
	every  time.Duration
	places []Place
	log    zerolog.Logger

	last map[Place]Anchor
}

// NewAnchorer takes the key, how often it looks, and where anchors are kept.
func NewAnchorer(store Store, key ed25519.PrivateKey, every time.Duration, places []Place, log zerolog.Logger) *Anchorer {
	return &Anchorer{store: store, key: key, every: every, places: places, log: log, last: map[Place]Anchor{}}
}

// Run anchors until ctx ends, and once more then.
func (a *Anchorer) Run(ctx context.Context) error {
	ticker := time.NewTicker(a.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			a.anchor(last)
			return nil
		case <-ticker.C:
			a.anchor(ctx)
		}
	}
}

// anchor has each place keep the head that it does not have yet. A place that fails is tried again at the next look.
func (a *Anchorer) anchor(ctx context.Context) {
	length, hash, behind, err := a.store.AuditHead(ctx)
	if err != nil {
		a.log.Warn().Err(err).Msg("audit not anchored")
		return
	}
	if behind || length == 0 { // what waits for its seal would be older than the anchor before it
		return
	}
	now := Sign(a.key, time.Now(), length, hash)
	line, err := json.Marshal(now)
	if err != nil {
		a.log.Error().Err(err).Msg("audit not anchored")
		return
	}
	for _, p := range a.places {
		before := a.last[p]
		if before.Length == length && before.At.Add(24*time.Hour).After(now.At) {
			continue
		}
		if err := p.Keep(ctx, line); err != nil {
			a.log.Warn().Err(err).Str("place", p.String()).Msg("audit not anchored")
			continue
		}
		a.last[p] = now
	}
}

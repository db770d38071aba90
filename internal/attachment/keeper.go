package attachment

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"

	"okno/internal/fault"
)

// Keeper seals files and keeps them.
type Keeper struct{ files Files }

// NewKeeper takes where files are kept.
func NewKeeper(files Files) *Keeper { return &Keeper{files} }

// Ready says why no file could be kept or read now, or nil.
func (k *Keeper) Ready(ctx context.Context) error { return k.files.Ready(ctx) }

// Keep seals a content under a key and keeps it under a name of its own. The caller writes the row that names it, or discards it. ErrTooLarge,
// ErrEmpty, ErrHalf: nothing is left of it then; fault.Unavailable when it cannot be kept.
func (k *Keeper) Keep(ctx context.Context, key Key, content io.Reader) (s Stored, err error) {
	return k.KeepUpTo(ctx, key, content, MostBytes)
}

// KeepUpTo is Keep for a content of at most so many bytes.
func (k *Keeper) KeepUpTo(ctx context.Context, key Key, content io.Reader, most int64) (s Stored, err error) {
	s.File = rand.Text()
	draft, err := k.files.Create(ctx, s.File)
	if err != nil {
		return s, fmt.Errorf("keep attachment: %w", unavailable("kept", err))
	}
	defer func() { err = errors.Join(err, draft.Abort()) }() // nothing, once it is committed
	hash := sha256.New()
	size, head, err := seal(key, s.File, content, most, io.MultiWriter(draft, hash))
	var refused *fault.Error
	switch {
	case errors.As(err, &refused):
		return s, err
	case err != nil:
		return s, fmt.Errorf("keep attachment: %w", unavailable("kept", err))
	case size == 0:
		return s, ErrEmpty
	}
	s.Type, s.Size, s.Hash = http.DetectContentType(head), size, hash.Sum(nil)
	if err := draft.Commit(); err != nil {
		return s, fmt.Errorf("keep attachment: %w", unavailable("kept", err))
	}
	return s, nil
}

// unavailable is what goes wrong where files are kept, and may be well again soon.
func unavailable(what string, err error) error {
	return &fault.Error{Kind: fault.Unavailable, Text: "the file cannot be " + what + " now; try again", Err: err}
}

// Read gives the content of a file. It opens the first chunk at once: a file that is missing or altered shows before the caller has begun to
// answer. ErrMissing, ErrBroken; fault.Unavailable when it cannot be read now.
func (k *Keeper) Read(ctx context.Context, key Key, s Stored) (io.ReadCloser, error) {
	file, err := k.files.Open(ctx, s.File)
	o := &opened{file: file, key: key, name: s.File}
	if err == nil {
		if err = o.advance(); err == nil {
			return o, nil
		}
		_ = file.Close()
	}
	if !errors.Is(err, ErrMissing) && !errors.Is(err, ErrBroken) {
		err = unavailable("read", err)
	}
	return nil, fmt.Errorf("read attachment %s: %w", s.File, err)
}

// Discard removes a file that no row names.
func (k *Keeper) Discard(ctx context.Context, s Stored) error {
	if err := k.files.Remove(ctx, s.File); err != nil {
		return fmt.Errorf("discard attachment: %w", err)
	}
	return nil
}

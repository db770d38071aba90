package store

import (
	"context"

	"okno/internal/postgres/datakeys"
)

// Migrate is [postgres.DB.Migrate], and seals what an older schema kept in the open.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	ran, err := s.DB.Migrate(ctx)
	if err != nil {
		return ran, err
	}
	if err := s.SealPlain(ctx); err != nil || len(ran) == 0 {
		return ran, err
	}
	_, err = s.IndexAll(ctx) // a table that is new may want what was there before it
	return ran, err
}

// SealPlain seals whatever stands in the open, because an older version wrote it: it finds nothing when there is nothing.
func (s *Store) SealPlain(ctx context.Context) error {
	for _, step := range []func(context.Context) (int, error){s.SealCitizens, s.SealNumbers, s.SealInteractions, s.SealCases} {
		if _, err := step(ctx); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{s.SealMTs, s.SealMOs, s.SealSubmits, s.SealChallenges, s.HideAttempts} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// RotateKeys wraps all data keys by the current master key, makes all blind indexes anew but those of messages, seals what has no data key anew, and gives how
// many keys and rows there were. Then no other key of the ring is needed any more, but to find messages of before by their numbers: those are
// kept for 90 days.
func (s *Store) RotateKeys(ctx context.Context) (n int, err error) {
	citizens, err := s.RotateCitizens(ctx)
	if err != nil {
		return citizens, err
	}
	if err := s.RotateInteractions(ctx); err != nil { // the indexes first: a key that is wrapped anew needs nothing more
		return citizens, err
	}
	if err := s.RotateCases(ctx); err != nil {
		return citizens, err
	}
	if _, err := s.IndexAll(ctx); err != nil {
		return citizens, err
	}
	if _, err := s.IndexTalks(ctx); err != nil {
		return citizens, err
	}
	resealed, err := s.reseal(ctx)
	if err != nil {
		return citizens + resealed, err
	}
	keys, err := datakeys.Rotate(ctx, s.DB, s.keys)
	if err == nil {
		err = s.dropKeyChecks(ctx)
	}
	return citizens + resealed + keys, err
}

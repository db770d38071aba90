package cases

import (
	"context"
	"fmt"
)

const sampleLoaded = `SELECT EXISTS (SELECT FROM case_moves WHERE by = 'sample')`

// SampleLoaded says whether the sample region is there.
func (w Steps) SampleLoaded(ctx context.Context) (loaded bool, err error) {
	if err := w.tx.QueryRow(ctx, sampleLoaded).Scan(&loaded); err != nil {
		return false, fmt.Errorf("look for the sample region: %w", err)
	}
	return loaded, nil
}

const samplePopulated = `SELECT EXISTS (SELECT FROM case_imports WHERE source = 'sample')`

// SamplePopulated says whether the cases are there that fill the sample region.
func (w Steps) SamplePopulated(ctx context.Context) (populated bool, err error) {
	if err := w.tx.QueryRow(ctx, samplePopulated).Scan(&populated); err != nil {
		return false, fmt.Errorf("look for the sample region's cases: %w", err)
	}
	return populated, nil
}

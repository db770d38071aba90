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

package postgres

import "time"

// OrNil is the NULL of a time that is not given.
func OrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Column gives one value of each row, as a statement takes many rows: an array for each column.
func Column[R, V any](rows []R, value func(R) V) []V {
	values := make([]V, len(rows))
	for i, row := range rows {
		values[i] = value(row)
	}
	return values
}

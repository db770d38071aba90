// Package retention deletes the rows that the rules of internal/retention let end: in small batches, each a transaction of its
// own, by an index or from the oldest id. A row that somebody else has locked is left for the next pass, so that nobody waits
// for the sweeper, and two sweepers share the work.
//
// No table is partitioned by month. Deletion alone does not bloat: TestDeletionAloneDoesNotBloat and BenchmarkBloat write a window
// of rows again and again; the tables and their indexes stop growing within one window, because vacuum gives the space back to
// the rows that come next. Partitions would take the foreign keys, the unique keys over all months, and a lookup in every month
// for whoever asks by number or message id.
package retention

// Package postgres is the core of the store: the pools, the unit of work with its retries and hints, the codes of
// Postgres, the migrations. Of the tables it knows only the order in which they are locked. Each aggregate is a package
// below it: a Store whose methods own their transaction, and Steps that are part of somebody else's. Package store joins
// them. pgx is used here and below only.
package postgres

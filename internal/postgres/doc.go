// Package postgres is the truth: it keeps what the domain packages and the channels declare that they need. pgx is used
// here only. A method owns its transaction, unless it hangs on [Work], which is one transaction in other hands.
package postgres

// Package conversation carries a dialogue through: it keeps sessions, carries out the effects that steps ask for, and gives a
// channel its next turn. Session, effects and outgoing messages belong to one unit of work, which the caller commits.
//
// It knows the domain (cases, catalogue, citizens, passwords, contacts), but no channel, no SQL and no vendor.
package conversation

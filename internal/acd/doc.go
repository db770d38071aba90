// Package acd is automatic call distribution: who gets which contact, and when. [Decide] is a pure function over a [Snapshot]; the
// [Dispatcher] runs it under a lease, on one node at a time, and commits what it decides. The package knows no channel, no dialogue and
// no storage; what a step makes of a contact is in package contact.
package acd

// Package exchange carries messages between Okno and agencies: at least once on the wire, exactly once in effect, in order for each case.
// It is pure but for [Inbox], [Deliverer], [Asker] and [Files], which join its rules to a store; it knows no SQL.
// Whatever it tells, it tells by webhooks ([Deliverer]) or by files ([Files]).
//
//	an event of an agency:  received → applied | duplicate | superseded | contradictory | impossible | unknown_case
//
// An event that is impossible now may become applied: what the agency reported before it can come later. The state of a case is always the
// one to which the agency's events lead in the order of their sequence numbers, whatever the order in which they came.
package exchange

// Package ivr is the voice channel: citizens' calls on one Asterisk, from ring to hang-up.
//
//	           StasisStart            queue              order connect          the agent's leg is up
//	(ringing) ────────────► hear ────────────► wait ────────────────► ring ──────────────► talk
//	                       ▲   │  ▲             │  ▲                   │                    │
//	         keys, silence └───┘  └─────────────┘  └───────────────────┘ not reached        │
//	                           order say        ▲                                           │
//	                              ▲             └───────────────────────────────────────────┤ the agent's leg broke off
//	                              └─────────────────────────────────────────────────────────┘ the agent has left
//
// A [Line] owns its Asterisk by a lease, and passes the lease's fence with all that it writes. It reads Asterisk's events from a socket
// of its own, and takes the orders that others have written for its calls; both go to the mailbox of the call. One goroutine owns a call
// and reads top-down: answer, say, hear, advance, until one side hangs up. What the citizen hears and what becomes of the contact
// is decided by the floor. This package knows it only as the interfaces that it declares, and it knows no other channel and no SQL. ari is
// used here only.
//
// A call outlives the process: Asterisk keeps the channels, the store keeps what they are, and the next process adopts them.
package ivr

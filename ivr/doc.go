// Package ivr is the voice channel: citizens' calls on one Asterisk, from ring to hang-up.
//
//	           StasisStart            queue               Connect
//	(ringing) ────────────► in_dialogue ────► waiting ────────────► connected
//	                          ▲   │  ▲          │  ▲                    │
//	             keys, silence└───┘  └──────────┘  └────────────────────┘ the operator's side was lost
//	                                  outcome    ◄──────────────────────  the operator has left: back to the dialogue
//
// A [Line] reads Asterisk's events from a socket of its own and gives each call's to the mailbox of that call. One goroutine owns
// a call and reads top-down: answer, say, hear, advance, until one side hangs up. What the citizen hears and what follows
// from a key is decided by the conversation; who talks to whom by the desk. This package knows both only as the interfaces
// that it declares, and it knows no other channel and no SQL. ari is used here only.
//
// A call outlives the process: Asterisk keeps the channels, the store keeps what they are, and the next process adopts them.
package ivr

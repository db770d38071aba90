// Package gateway is the SMSC that agencies bind to: an old system that speaks
// only SMPP hands its messages to citizens to Okno, under an account, and hears
// what became of them.
//
//	agency ──submit_sm──► bind ──► ledger ──► commit (message, its segments, journal) ──► submit_sm_resp
//	                                                   │ the channel sends it
//	agency ◄─deliver_sm── bind ◄── claim ◄── upkeep: final
//	          └──resp──► ledger ──► told
//
// Parts of a long message wait for each other, and leave as one message. A
// receipt is told until the agency acknowledges it, whichever bind that is by;
// whoever asks by query_sm hears the same.
//
// The gateway knows no operator, no dialogue and no SQL.
package gateway

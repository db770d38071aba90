// Package sms is the SMS channel: it keeps binds to the operators' SMSCs, takes
// in what citizens write, has it answered, and sends what Okno has to say.
//
//	            ┌ inbox ──► ledger ──► commit (dialogue and reply) ──► deliver_sm_resp
//	SMSC ◄─► bind                        │ └── reply granted to a bind with room ──► sender
//	            │                        └──► what waits: answerers (dialogue, replies: one commit)
//	            └ sender ◄── claim ◄──────────────┘
//	                 └──► outcome ──► ledger
//
// A segment on its way out:
//
//	queued ──claim──► submitted ──► accepted ──receipt──► delivered, undeliverable, expired
//	  ▲                   │ ├─────► failed          refused for good
//	  │  refused for now, │ └─────► unknown         the link broke before the answer, again
//	  └── or unknown once ┘
//
// A USSD session's request is committed, its page submitted by the same bind, and
// then it is acknowledged; nothing of it passes the ledger or the lanes.
//
// A notice fails while it is queued when its citizen says STOP, and is not
// claimed in quiet hours.
//
// Nothing is acknowledged before it is committed, and nothing is submitted that
// was not claimed. The channel knows no dialogue, no SQL and no other channel.
package sms

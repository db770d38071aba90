// Package smpp speaks SMPP 3.4: it frames, binds, keeps a window of requests,
// and hands what the peer asks to a Handler. The same Session serves both ends
// of a bind, the ESME's (Okno at an operator) and the SMSC's.
//
// It knows nothing of text, subscribers, storage or routes.
//
// Commands, statuses, TLVs and the writing of fields are go-smpp's business
// (pdu, pdutlv, pdufield). Its pdu.Decode is passed by: it stops at 4096 bytes,
// knows no data_sm, drops the text of a message with a broken user data header,
// and takes a truncated PDU for a whole one. Its lists of fields, which make a
// map of each PDU, took four times as long as reading them here does: they only
// hold the fuzzed decoder to its word.
//
//	     Dial / Accept
//	          │ bound
//	          ▼
//	┌───── running ─────┐ Run's ctx ends   ┌──────────┐ quiet, or Drain passed
//	│ reader: one       ├─────────────────►│ draining ├───────► unbind ──► ended
//	│ writer: one       │                  └──────────┘
//	│ keeper: enquiries ├──► ended: peer's unbind, silence, stall, lost socket
//	└───────────────────┘
package smpp

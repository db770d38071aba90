// Package smpp speaks SMPP 3.4: it frames, binds, keeps a window of requests,
// and hands what the peer asks to a Handler. The same Session serves both ends
// of a bind, the ESME's (Okno at an operator) and the SMSC's.
//
// It knows nothing of text, subscribers, storage or routes.
//
// The bytes of fields and TLVs are go-smpp's business (pdufield, pdutlv). Its
// pdu.Decode is passed by: it stops at 4096 bytes, knows no data_sm, drops the
// text of a message with a broken user data header, and takes a truncated PDU
// for a whole one.
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

package gateway

import (
	"encoding/json"
	"fmt"
	"strconv"

	"okno/internal/message"
	"okno/internal/smppaccount"
	"okno/sms"
	"okno/sms/smpp"
)

// messageID is what an agency knows a submit by: decimal in the answer and in the receipt.
func messageID(id int64) string { return strconv.FormatInt(id, 10) }

// deliveryOf makes the deliver_sm of a receipt (SMPP 3.4 appendix B), times in
// UTC. The text of the message is not repeated.
func deliveryOf(r smppaccount.Receipt) (smpp.Message, error) {
	var written addresses
	if err := json.Unmarshal(r.Addresses, &written); err != nil {
		return smpp.Message{}, fmt.Errorf("addresses of submit %d: %w", r.ID, err)
	}
	const stamp = "0601021504"
	stat, state := stateOf(r)
	return smpp.Message{
		Source: written.Dest, Dest: written.Source, ESMClass: smpp.ESMReceipt,
		Short: fmt.Appendf(nil, "id:%s sub:%03d dlvrd:%03d submit date:%s done date:%s stat:%s err:%03d text:", messageID(r.ID),
			r.Segments, r.Delivered, r.SubmittedAt.UTC().Format(stamp), r.FinalAt.UTC().Format(stamp), stat, codeOf(r)),
		TLVs: smpp.TLVs{
			smpp.TagReceiptedMessageID: append([]byte(messageID(r.ID)), 0),
			smpp.TagMessageState:       {state},
		},
	}, nil
}

// stateOf gives the word of appendix B and the message_state (§5.2.28).
func stateOf(r smppaccount.Receipt) (stat string, state byte) {
	switch {
	case r.State == message.Delivered:
		return "DELIVRD", 2
	case r.State == message.Expired:
		return "EXPIRED", 3
	case r.State == message.Undeliverable, r.Failure == string(sms.Stopped):
		return "UNDELIV", 5
	case r.State == message.Failed:
		return "REJECTD", 8
	}
	return "UNKNOWN", 7
}

// codeOf gives the reason as docs/integration.md lists it.
func codeOf(r smppaccount.Receipt) byte {
	if r.State == message.Delivered {
		return 0
	}
	switch sms.Failure(r.Failure) {
	case sms.ReceiptFailed:
		return 1
	case sms.Stopped:
		return 10
	case sms.InvalidDestination:
		return 11
	case sms.InvalidSource:
		return 12
	case sms.TooLate:
		return 20
	case sms.ReceiptExpired:
		return 21
	case sms.Refused:
		return 30
	}
	return 99
}

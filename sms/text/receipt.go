package text

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Outcome is what a receipt says has become of a segment.
type Outcome string

// The outcomes. Enroute and Unknown are not final.
const (
	Enroute       Outcome = "enroute"
	Delivered     Outcome = "delivered"
	Expired       Outcome = "expired"
	Undeliverable Outcome = "undeliverable"
	Unknown       Outcome = "unknown"
)

// Final says if nothing more will be heard.
func (o Outcome) Final() bool { return o == Delivered || o == Expired || o == Undeliverable }

// Receipt is an SMSC's word on a segment.
type Receipt struct {
	MessageID string // as the SMSC wrote it
	Outcome   Outcome
	Error     string // the operator's own code; "" or "000" where there is none
}

// ParseReceipt reads a delivery receipt: its text (SMPP 3.4 appendix B,
// "id:… sub:… stat:… err:…"), with what its TLVs say (receipted_message_id,
// message_state; empty where absent) going first. False where neither names a
// message.
func ParseReceipt(body, tlvMessageID string, tlvState []byte) (Receipt, bool) {
	fields := receiptFields(body)
	r := Receipt{
		MessageID: strings.TrimSpace(strings.TrimRight(tlvMessageID, "\x00")),
		Outcome:   outcomeOfWord(fields["stat"]),
		Error:     fields["err"],
	}
	if r.MessageID == "" {
		r.MessageID = fields["id"]
	}
	if len(tlvState) == 1 {
		r.Outcome = outcomeOfState(tlvState[0])
	}
	return r, r.MessageID != ""
}

// receiptFields reads "name:value" pairs up to the quoted text, which is the
// message's own and may say anything.
func receiptFields(body string) map[string]string {
	fields := map[string]string{}
	for word := range strings.FieldsSeq(body) {
		name, value, ok := strings.Cut(word, ":")
		name = strings.ToLower(name)
		if ok && name == "text" {
			break
		}
		if _, seen := fields[name]; ok && !seen {
			fields[name] = value
		}
	}
	return fields
}

func outcomeOfWord(stat string) Outcome {
	switch strings.ToUpper(stat) {
	case "DELIVRD":
		return Delivered
	case "EXPIRED":
		return Expired
	case "UNDELIV", "REJECTD", "DELETED":
		return Undeliverable
	case "ENROUTE", "ACCEPTD":
		return Enroute
	}
	return Unknown
}

// outcomeOfState reads message_state (SMPP 3.4 §5.2.28).
func outcomeOfState(state byte) Outcome {
	switch state {
	case 1, 6: // ENROUTE, ACCEPTED
		return Enroute
	case 2:
		return Delivered
	case 3:
		return Expired
	case 4, 5, 8: // DELETED, UNDELIVERABLE, REJECTED
		return Undeliverable
	}
	return Unknown
}

// MessageKey is the form of a message id to store: lower case, no leading zeros.
func MessageKey(id string) string {
	id = strings.TrimLeftFunc(strings.ToLower(strings.TrimSpace(id)), func(r rune) bool { return r == '0' || unicode.IsSpace(r) })
	if id == "" {
		return "0"
	}
	return id
}

// MessageKeys gives the keys under which a receipt's id may have been stored,
// the likeliest first: SMSCs answer submit_sm in hexadecimal and write the
// receipt in decimal, or the reverse. The order matters: 10 is 10 before it is 16.
func MessageKeys(id string) []string {
	key := MessageKey(id)
	keys := []string{key}
	add := func(other string) {
		if !slices.Contains(keys, other) { // a single digit is the same in both
			keys = append(keys, other)
		}
	}
	if n, err := strconv.ParseUint(key, 10, 64); err == nil {
		add(strconv.FormatUint(n, 16))
	}
	if n, err := strconv.ParseUint(key, 16, 64); err == nil {
		add(strconv.FormatUint(n, 10))
	}
	return keys
}

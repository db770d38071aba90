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
// message_state; empty where absent) going first. SMSCs differ: a space after the
// colon, a state without its name, spelt out or by its number. False where
// neither names a message.
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
	if state, ok := stateOf(tlvState); ok && (len(tlvState) == 1 || !wordOfState(fields["stat"])) { // one of another length goes last
		r.Outcome = outcomeOfState(state)
	}
	return r, r.MessageID != ""
}

// Stated says whether a receipt says what has become of its segment, in words
// that are known: otherwise its Outcome is Unknown because nobody can read it.
func Stated(body string, tlvState []byte) bool {
	if state, ok := stateOf(tlvState); ok && state >= 1 && state <= 8 {
		return true
	}
	return wordOfState(receiptFields(body)["stat"])
}

// LooksLikeReceipt says whether a text is a receipt's that nothing else marks as
// one: it begins with an id, and has a state and one more of a receipt's fields.
func LooksLikeReceipt(body string) bool {
	body = strings.TrimLeft(body, " ")
	if len(body) < 3 || !strings.EqualFold(body[:3], "id:") {
		return false
	}
	fields := receiptFields(body)
	others := 0
	for _, name := range []string{"sub", "dlvrd", "date", "err", "text"} {
		if _, ok := fields[name]; ok {
			others++
		}
	}
	return fields["id"] != "" && wordOfState(fields["stat"]) && others >= 2
}

// receiptFields reads "name:value" pairs up to the quoted text, which is the
// message's own and may say anything. A value may stand apart from its name; a
// state may stand without one.
func receiptFields(body string) map[string]string {
	fields := map[string]string{}
	open := "" // a name whose value is still to come
	for word := range strings.FieldsSeq(body) {
		name, value, ok := strings.Cut(word, ":")
		name = strings.ToLower(name)
		switch {
		case ok && name == "text":
			if _, seen := fields["text"]; !seen {
				fields["text"] = ""
			}
			return fields
		case ok:
			open = ""
			if _, seen := fields[name]; !seen {
				fields[name] = value
				if value == "" {
					open = name
				}
			}
		case open != "":
			fields[open], open = word, ""
		case fields["stat"] == "" && wordOfState(word) && strings.ToUpper(word) == word && !isNumber(word):
			fields["stat"] = word
		}
	}
	return fields
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// stateOf reads message_state: one octet, or a number of two in either order.
func stateOf(tlv []byte) (state byte, ok bool) {
	switch {
	case len(tlv) == 1:
		return tlv[0], true
	case len(tlv) == 2 && tlv[0] == 0:
		return tlv[1], true
	case len(tlv) == 2 && tlv[1] == 0:
		return tlv[0], true
	}
	return 0, false
}

// wordOfState says whether a word is one for a state.
func wordOfState(word string) bool {
	return word != "" && (outcomeOfWord(word) != Unknown || strings.EqualFold(word, "UNKNOWN") || word == "7")
}

// outcomeOfWord reads a state as it is written: by the seven letters of appendix
// B, in full, or by the number of message_state.
func outcomeOfWord(stat string) Outcome {
	switch stat = strings.ToUpper(stat); stat {
	case "DELIVRD", "DELIVERED", "DELIVERD":
		return Delivered
	case "EXPIRED":
		return Expired
	case "UNDELIV", "REJECTD", "DELETED", "UNDELIVERABLE", "UNDELIVERED", "REJECTED", "FAILED", "UNDELIVRD":
		return Undeliverable
	case "ENROUTE", "ACCEPTD", "ACCEPTED", "EN_ROUTE", "SCHEDULED", "BUFFERED":
		return Enroute
	}
	if n, err := strconv.ParseUint(stat, 10, 8); err == nil && n >= 1 && n <= 8 {
		return outcomeOfState(byte(n))
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

// MessageKey is the form of a message id to store: lower case, without leading
// zeros, the 0x of hexadecimal, and the hyphens of a UUID.
func MessageKey(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	if rest, ok := strings.CutPrefix(id, "0x"); ok && isHex(rest) {
		id = rest
	}
	if plain := strings.ReplaceAll(id, "-", ""); len(id) == 36 && len(plain) == 32 && isHex(plain) {
		id = plain
	}
	id = strings.TrimLeftFunc(id, func(r rune) bool { return r == '0' || unicode.IsSpace(r) })
	if id == "" {
		return "0"
	}
	return id
}

func isHex(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }

// Notation is how an SMSC writes a message id in its receipts, beside how it
// answered the submit.
type Notation string

// The notations. SMSCs answer submit_sm in hexadecimal and write the receipt in
// decimal, or the reverse.
const (
	AnyNotation   Notation = ""        // it is not known yet
	SameNotation  Notation = "same"    // as it was answered
	DecimalOfHex  Notation = "decimal" // answered in hexadecimal, written in decimal
	HexOfDecimal  Notation = "hex"     // the reverse
	mostNotations          = 3
)

// Notations lists those that an SMSC may have.
var Notations = []Notation{SameNotation, DecimalOfHex, HexOfDecimal}

// KeyIn gives the key under which a receipt's id was stored, of an SMSC with this
// notation; "" where it cannot be one.
func (n Notation) KeyIn(id string) string {
	key := MessageKey(id)
	switch n {
	case DecimalOfHex:
		if m, err := strconv.ParseUint(key, 10, 64); err == nil {
			return strconv.FormatUint(m, 16)
		}
		return ""
	case HexOfDecimal:
		if m, err := strconv.ParseUint(key, 16, 64); err == nil {
			return strconv.FormatUint(m, 10)
		}
		return ""
	}
	return key
}

// Of gives the one notation in which a receipt's id has this key; AnyNotation
// where there are several.
func Of(id, key string) Notation {
	found := AnyNotation
	for _, n := range Notations {
		if n.KeyIn(id) == key {
			if found != AnyNotation {
				return AnyNotation
			}
			found = n
		}
	}
	return found
}

// MessageKeys gives the keys under which a receipt's id may have been stored,
// the likeliest first. The order matters: 10 is 10 before it is 16.
func MessageKeys(id string) []string { return MessageKeysBy(id, AnyNotation) }

// MessageKeysBy is MessageKeys of an SMSC whose notation is likely: that goes first.
func MessageKeysBy(id string, likely Notation) []string {
	keys := make([]string, 0, mostNotations)
	for _, n := range append([]Notation{likely}, Notations...) {
		if key := n.KeyIn(id); key != "" && !slices.Contains(keys, key) { // a single digit is the same in all
			keys = append(keys, key)
		}
	}
	return keys
}

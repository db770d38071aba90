package content

import (
	"bytes"
	"strings"

	"okno/internal/words"
	"okno/sms/smpp"
	"okno/sms/text"
)

// Incoming is PartOf for what an SMSC delivers, which is read by what is known of the SMSC, and as what it most likely is where it
// breaks the rules: a message with the UDHI bit and no header is text; NUL octets at the end, of a string in C, are none.
func Incoming(m *smpp.Message, r text.Reading) (text.Part, text.Scheme, []byte, error) {
	whole := m.Payload()
	part, scheme, payload, err := PartOf(m)
	if m.ESMClass&smpp.ESMUDHI != 0 && headless(m.Coding, whole, err) {
		part, scheme, payload, err = text.Part{}, text.SchemeOf(m.Coding, nil), whole, nil
	}
	if err != nil {
		return part, scheme, payload, err
	}
	if r.Alphabet == text.Packed && m.Coding == 0 {
		payload = text.Unpack(payload, len(whole)-len(payload))
	}
	if !part.Valid() { // of parts, Join sees to it
		payload = trimNUL(m.Coding, payload)
	}
	return part, scheme.On(r), payload, nil
}

// headless says whether a message that should begin with a user data header begins with its text. malformed is why the header
// cannot be read, or nil.
func headless(coding byte, payload []byte, malformed error) bool {
	if coding == byte(text.UCS2) {
		// A letter of the Latin or Cyrillic block has 0 or 4 for its first octet: an empty header, or one that is none.
		if len(payload)%2 != 0 || malformed == nil && (len(payload) == 0 || payload[0] != 0) {
			return false
		}
		s, _ := text.Decode(coding, payload)
		return s != "" && !words.Unreadable(s) && !strings.ContainsFunc(s, func(r rune) bool { return r == '\uFFFD' || r < ' ' && r != '\n' && r != '\r' })
	}
	if malformed == nil || len(payload) == 0 || payload[0] < ' ' {
		return false
	}
	control := 0
	for _, c := range payload {
		if c < ' ' && c != '\n' && c != '\r' {
			control++
		}
	}
	return 2*control < len(payload)
}

func trimNUL(coding byte, payload []byte) []byte {
	if coding != byte(text.UCS2) {
		return bytes.TrimRight(payload, "\x00")
	}
	text := payload
	for n := len(text); n >= 2 && n%2 == 0 && text[n-1] == 0 && text[n-2] == 0; n = len(text) {
		text = text[:n-2]
	}
	if len(text) == 0 { // no string's end
		return payload
	}
	return text
}

// Garbled says whether a text is not what its octets were meant to be, for all that anybody can tell: some had no character, or it
// makes no sense in any script of the region. Its octets are worth keeping.
func Garbled(s string) bool { return strings.ContainsRune(s, '\uFFFD') || words.Unreadable(s) }

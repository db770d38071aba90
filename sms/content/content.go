// Package content reads what the PDU of a message carries: from whom, which
// part of which message, what text. Both ends read it alike, what an operator
// delivers and what an agency submits.
//
// It knows nothing of sessions or storage.
package content

import (
	"encoding/binary"
	"strings"

	"okno/internal/message"
	"okno/internal/phone"
	"okno/sms/smpp"
	"okno/sms/text"
)

// PartOf takes the concatenation out of a message, its user data header's or
// its SAR TLVs', and gives the octets of its text and how they are to be read.
func PartOf(m *smpp.Message) (text.Part, text.Scheme, []byte, error) {
	payload := m.Payload()
	if m.ESMClass&smpp.ESMUDHI != 0 {
		part, body, err := text.TakeHeader(payload)
		return part, text.SchemeOf(m.Coding, payload), body, err
	}
	scheme := text.SchemeOf(m.Coding, nil)
	reference, total, part := m.TLVs[smpp.TagSARReference], m.TLVs[smpp.TagSARTotal], m.TLVs[smpp.TagSARPart]
	if len(reference) == 2 && len(total) == 1 && len(part) == 1 {
		// Past what 8 and 16 bits of a header reach, so that the two never mix.
		return text.Part{Reference: 1<<16 + int(binary.BigEndian.Uint16(reference)), Total: int(total[0]), Number: int(part[0])}, scheme, payload, nil
	}
	return text.Part{}, scheme, payload, nil
}

// Join gives the text of a long message's parts. A character may lie across
// two, so those of one coding are decoded together; "…" stands for what is missing.
func Join(parts []message.Part) string {
	var b strings.Builder
	next := 1
	for i := 0; i < len(parts); {
		if parts[i].Number != next {
			b.WriteString("…")
		}
		coding := parts[i].Coding
		var payload []byte
		for {
			payload = append(payload, parts[i].Payload...)
			next = parts[i].Number + 1
			i++
			if i == len(parts) || parts[i].Coding != coding || parts[i].Number != next {
				break
			}
		}
		if text.Scheme(coding).Lenient() && i == len(parts) && next > parts[0].Total {
			payload = trimNUL(byte(coding), payload)
		}
		s, _ := text.DecodeAs(text.Scheme(coding), payload) // each part was decoded before
		b.WriteString(s)
	}
	if len(parts) > 0 && next <= parts[0].Total {
		b.WriteString("…")
	}
	return Clean(b.String())
}

// Number gives a subscriber's number in E.164; false where it is none. Some SMSCs call a national number international, and some
// put the prefix of international calls before one.
func Number(a smpp.Address) (e164 string, ok bool) {
	candidate := Clean(a.Number)
	if a.TON == 1 && !strings.HasPrefix(candidate, "+") && !strings.HasPrefix(candidate, "00") { // international, without its plus
		candidate = "+" + candidate
	}
	e164, err := phone.Parse(candidate)
	return e164, err == nil
}

// Clean makes text that the database takes: valid UTF-8 without NUL.
func Clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "�")
}

package text

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// Coding is the SMPP data_coding that a text is sent with.
type Coding byte

// The codings that Okno sends (SMPP 3.4 §5.2.19).
const (
	GSM7 Coding = 0x00 // the SMSC's default alphabet, GSM 03.38, a septet an octet
	UCS2 Coding = 0x08 // UTF-16, big-endian
)

// ErrBinary is a message whose octets are no text.
var ErrBinary = errors.New("text: binary message")

// Decode gives the text of octets that no header shifts. It is lenient: what
// cannot be read becomes U+FFFD. The error is ErrBinary.
func Decode(coding byte, payload []byte) (string, error) { return DecodeAs(Scheme(coding), payload) }

// DecodeAs gives the text of a message's octets, its user data header taken
// off, as Decode does.
func DecodeAs(s Scheme, payload []byte) (string, error) {
	switch alphabetOf(byte(s)) {
	case alphabetGSM:
		return decodeDefault(s, payload), nil
	case alphabetUCS2:
		if s&readLeniently != 0 {
			return decodeMarked(s, payload), nil
		}
		return decodeUCS2(payload), nil
	case alphabetLatin1:
		s, _ := charmap.ISO8859_1.NewDecoder().Bytes(payload) // every octet has a character
		return string(s), nil
	case alphabetCyrillic:
		s, _ := charmap.ISO8859_5.NewDecoder().Bytes(payload)
		return string(s), nil
	case alphabetASCII:
		return decodeASCII(s, payload), nil
	}
	return "", ErrBinary
}

type alphabet int

const (
	alphabetBinary alphabet = iota
	alphabetGSM
	alphabetASCII
	alphabetLatin1
	alphabetCyrillic
	alphabetUCS2
)

// alphabetOf reads data_coding: SMPP's own values, and the groups of 3GPP TS
// 23.038 §4 that SMSCs pass through.
func alphabetOf(coding byte) alphabet {
	switch coding {
	case 0x00:
		return alphabetGSM
	case 0x01:
		return alphabetASCII
	case 0x03:
		return alphabetLatin1
	case 0x06:
		return alphabetCyrillic
	case 0x08:
		return alphabetUCS2
	}
	group := coding >> 4
	switch {
	case group == 0xF: // data coding and message class
		if coding&0x04 == 0 {
			return alphabetGSM
		}
	case group == 0xE: // message waiting, UCS2
		return alphabetUCS2
	case group == 0xC, group == 0xD: // message waiting
		return alphabetGSM
	case group >= 1 && group <= 3: // general data coding with class or compression
		switch {
		case coding&0x20 != 0: // compressed
		case coding&0x0C == 0x00:
			return alphabetGSM
		case coding&0x0C == 0x08:
			return alphabetUCS2
		}
	}
	return alphabetBinary
}

// decodeASCII takes text with control characters for GSM 03.38: npm's smpp sends that under ASCII's coding unless it is
// told another, and ASCII has no use for them.
func decodeASCII(s Scheme, b []byte) string {
	if s.isUTF8(b) {
		return string(b)
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return decodeGSM(s, b)
		}
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
		if c >= 0x80 {
			out[i] = '\uFFFD'
		}
	}
	return string(out)
}

func encodeUCS2(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}

// decodeUCS2 shows half a surrogate pair, and half a unit at the end, as U+FFFD.
func decodeUCS2(b []byte) string {
	units := make([]uint16, 0, len(b)/2+1)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		units = append(units, '\uFFFD')
	}
	return string(utf16.Decode(units))
}

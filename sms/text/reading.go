package text

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Reading is how an SMSC is to be understood where SMPP leaves it open: what its default alphabet is (data_coding 0), and in which
// order the octets of UCS2 come when no byte-order mark tells. The zero Reading is GSM 03.38, big-endian.
type Reading struct {
	Alphabet     Alphabet
	LittleEndian bool
}

// Alphabet names an SMSC's default alphabet.
type Alphabet string

// The defaultAlphabets. Packed is GSM 03.38 with eight septets in seven octets (3GPP TS 23.038 §6.1.2.1).
const (
	DefaultGSM  Alphabet = "gsm"
	Latin1      Alphabet = "latin1"
	UTF8        Alphabet = "utf-8"
	Windows1251 Alphabet = "windows-1251"
	Packed      Alphabet = "packed"
)

var defaultAlphabets = []Alphabet{DefaultGSM, Latin1, UTF8, Windows1251, Packed}

// Check refuses an alphabet that is not known.
func (r Reading) Check() error {
	if r.Alphabet != "" && !slices.Contains(defaultAlphabets, r.Alphabet) {
		return fmt.Errorf("alphabet %q is none of %v", r.Alphabet, defaultAlphabets)
	}
	return nil
}

// The bits of a Scheme above its national tables: that it is read by a Reading, and by which.
const (
	readLeniently    Scheme = 1 << 24
	readLittleEndian Scheme = 1 << 25
	readLatin1       Scheme = 1 << 26
	readUTF8         Scheme = 2 << 26
	readWindows1251  Scheme = 3 << 26
	readAlphabet     Scheme = 3 << 26
)

// On gives the scheme as it is read of an SMSC. Then a byte-order mark counts and is no text, and what cannot be of the default
// alphabet is read as UTF-8 where it is that.
func (s Scheme) On(r Reading) Scheme {
	s |= readLeniently
	if r.LittleEndian {
		s |= readLittleEndian
	}
	if byte(s) != 0 {
		return s
	}
	switch r.Alphabet {
	case Latin1:
		s |= readLatin1
	case UTF8:
		s |= readUTF8
	case Windows1251:
		s |= readWindows1251
	}
	return s
}

// Lenient says whether the octets are an SMSC's, and read by a Reading.
func (s Scheme) Lenient() bool { return s&readLeniently != 0 }

// decodeDefault reads octets of the default alphabet.
func decodeDefault(s Scheme, b []byte) string {
	switch s & readAlphabet {
	case readLatin1:
		latin, _ := charmap.ISO8859_1.NewDecoder().Bytes(b) // every octet has a character
		return string(latin)
	case readWindows1251:
		cyrillic, _ := charmap.Windows1251.NewDecoder().Bytes(b)
		return string(cyrillic)
	case readUTF8:
		return string([]rune(string(b))) // U+FFFD for what is none
	}
	if s.isUTF8(b) {
		return string(b)
	}
	return decodeGSM(s, b)
}

// isUTF8 says whether octets that are no septets are UTF-8.
func (s Scheme) isUTF8(b []byte) bool {
	return s&readLeniently != 0 && slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 }) && utf8.Valid(b)
}

// decodeMarked is decodeUCS2 for what may have a byte-order mark, in the message or in each of its parts.
func decodeMarked(s Scheme, b []byte) string {
	little := s&readLittleEndian != 0
	if len(b) >= 2 {
		switch {
		case b[0] == 0xFE && b[1] == 0xFF:
			little = false
		case b[0] == 0xFF && b[1] == 0xFE:
			little = true
		}
	}
	if little {
		b = slices.Clone(b)
		for i := 0; i+1 < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
	}
	return string(slices.DeleteFunc([]rune(decodeUCS2(b)), func(r rune) bool { return r == '\uFEFF' }))
}

// Unpack gives the septets of a message in which they are packed, one an octet; header is the length of the user data header
// that went before, its own length octet included: the septets begin at the next boundary of seven bits (3GPP TS 23.040
// §9.2.3.24). What fills the last octet is taken off.
func Unpack(b []byte, header int) []byte {
	skip := (7 - header*8%7) % 7
	septets := (len(b)*8 - skip) / 7
	out := make([]byte, 0, max(0, septets))
	for i := range septets {
		bit := skip + 7*i
		c := uint16(b[bit/8])
		if bit/8+1 < len(b) {
			c |= uint16(b[bit/8+1]) << 8
		}
		out = append(out, byte(c>>(bit%8))&0x7F)
	}
	// Seven bits are left over in the last octet: no septet, if they are zero or a carriage return.
	if n := len(out); n > 0 && (len(b)*8-skip)%7 == 0 && (out[n-1] == 0 || out[n-1] == '\r') {
		out = out[:n-1]
	}
	return out
}

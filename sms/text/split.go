package text

import (
	"unicode"
	"unicode/utf8"
)

// Room in octets of short_message: 140 octets on the air, which are 160
// septets; a concatenation header takes six octets, which are seven septets.
const (
	gsmSingle  = 160
	gsmPart    = 153
	ucs2Single = 140
	ucs2Part   = 134
)

// MaxParts is how many segments a message may have: the count is one octet.
const MaxParts = 255

// Split encodes a text and cuts it into the payloads of its segments, without
// headers: one where it fits, and never between the halves of a surrogate pair,
// of an escape pair, or of what a reader sees as one character. An empty text
// is one empty segment. What goes beyond MaxParts is left out.
func Split(s string) (Coding, [][]byte) {
	if whole, ok := encodeGSM(s); ok {
		return GSM7, cut(s, len(whole), gsmSingle, gsmPart, func(s string) []byte {
			b, _ := encodeGSM(s)
			return b
		})
	}
	return UCS2, cut(s, len(encodeUCS2(s)), ucs2Single, ucs2Part, encodeUCS2)
}

// Segments is how many segments a text is sent in.
func Segments(s string) int {
	_, parts := Split(s)
	return len(parts)
}

func cut(s string, size, single, part int, encode func(string) []byte) [][]byte {
	if size <= single {
		return [][]byte{encode(s)}
	}
	var parts [][]byte
	var open []byte
	put := func(b []byte) {
		if len(open)+len(b) > part {
			parts, open = append(parts, open), nil
		}
		open = append(open, b...)
	}
	for s != "" {
		n := clusterLen(s)
		cluster := encode(s[:n])
		if len(cluster) <= part {
			put(cluster)
		} else { // a letter under a hundred accents: cut it where it must be
			for _, r := range s[:n] {
				put(encode(string(r)))
			}
		}
		s = s[n:]
	}
	parts = append(parts, open)
	return parts[:min(len(parts), MaxParts)]
}

const (
	joiner       = '\u200D'
	regionalA    = '\U0001F1E6'
	regionalZ    = '\U0001F1FF'
	skinToneLow  = '\U0001F3FB'
	skinToneHigh = '\U0001F3FF'
)

// clusterLen is the length of the first character as a reader sees it: a rune
// with its marks, skin tone and what joiners tie to it, or a flag's two letters.
// It is the part of Unicode's grapheme clusters (UAX #29) that SMS meets.
func clusterLen(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	flag := first >= regionalA && first <= regionalZ
	joined := false
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case r == joiner:
			joined = true
		case joined:
			joined = false
		case unicode.Is(unicode.M, r), r >= skinToneLow && r <= skinToneHigh:
		case flag && r >= regionalA && r <= regionalZ:
			flag = false
		case first == '\r' && r == '\n' && n == 1:
		default:
			return n
		}
		n += size
	}
	return n
}

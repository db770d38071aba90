package text

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Room of a USSD page: 160 octets (3GPP TS 24.080 §3.6.1), which are 182
// septets, or 80 UTF-16 units.
const (
	gsmPage  = 182
	ucs2Page = 80
)

// Pages cuts a text into USSD pages, at lines or else at words, and where a word
// is longer than a page, within it. Each but the last ends with a line more. An
// empty text is one empty page.
func Pages(s, more string) []string {
	room, size := ucs2Page, func(s string) int { return len(utf16.Encode([]rune(s))) }
	if _, ok := encodeGSM(s + more); ok {
		room, size = gsmPage, func(s string) int { b, _ := encodeGSM(s); return len(b) }
	}
	var pages []string
	for size(s) > room {
		n := breakAt(s, room-size("\n"+more), size)
		pages = append(pages, strings.TrimRight(s[:n], " \n")+"\n"+more)
		s = strings.TrimLeft(s[n:], " \n")
	}
	return append(pages, s)
}

// breakAt is the length of the longest beginning of s that has room: whole
// lines if they fill half of it, else whole words, else whole characters.
func breakAt(s string, room int, size func(string) int) int {
	most, used := 0, 0
	for most < len(s) {
		n := clusterLen(s[most:])
		if used += size(s[most : most+n]); used > room {
			break
		}
		most += n
	}
	if most == 0 {
		_, most = utf8.DecodeRuneInString(s)
	}
	if most == len(s) || s[most] == ' ' || s[most] == '\n' {
		return most
	}
	if n := strings.LastIndexByte(s[:most], '\n'); n >= most/2 {
		return n
	}
	if n := strings.LastIndexAny(s[:most], " \n"); n > 0 {
		return n
	}
	return most
}

// Encode gives a page's coding and octets.
func Encode(s string) (Coding, []byte) {
	if b, ok := encodeGSM(s); ok {
		return GSM7, b
	}
	return UCS2, encodeUCS2(s)
}

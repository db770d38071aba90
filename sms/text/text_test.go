package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text   string
		coding Coding
		want   int
	}{
		"empty":              {"", GSM7, 1},
		"160 septets":        {strings.Repeat("a", 160), GSM7, 1},
		"161 septets":        {strings.Repeat("a", 161), GSM7, 2},
		"two full parts":     {strings.Repeat("a", 306), GSM7, 2},
		"one more":           {strings.Repeat("a", 307), GSM7, 3},
		"80 euro signs":      {strings.Repeat("€", 80), GSM7, 1},
		"81 euro signs":      {strings.Repeat("€", 81), GSM7, 2},
		"70 Cyrillic":        {strings.Repeat("я", 70), UCS2, 1},
		"71 Cyrillic":        {strings.Repeat("я", 71), UCS2, 2},
		"134 Cyrillic":       {strings.Repeat("я", 134), UCS2, 2},
		"135 Cyrillic":       {strings.Repeat("я", 135), UCS2, 3},
		"35 emoji":           {strings.Repeat("😀", 35), UCS2, 1},
		"36 emoji":           {strings.Repeat("😀", 36), UCS2, 2},
		"67 emoji need 3":    {strings.Repeat("😀", 67), UCS2, 3}, // 33 fit a part, not 33.5
		"escape at the edge": {strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), GSM7, 3},
		"Kazakh":             {"Әңғүұқөһі", UCS2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			coding, parts := Split(tt.text)
			require.Equal(t, tt.coding, coding)
			require.Len(t, parts, tt.want)
			require.Equal(t, tt.want, Segments(tt.text))
		})
	}
}

var alphabets = []string{
	"abcXYZ019 @£$¥èé\n\r_Δ¡¿§",
	"^{}\\[~]|€",
	"яЖәңғүұқөһіІ«»—",
	"😀🇰🇿👩‍👩‍👧👍🏽",
	"é́̂҈",
	"日本語",
}

func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		runes := []rune(strings.Join(alphabets[:rapid.IntRange(1, len(alphabets)).Draw(t, "alphabets")], ""))
		return string(rapid.SliceOfN(rapid.SampledFrom(runes), 0, 900).Draw(t, "runes"))
	})
}

func TestSplitLosesNothingAndCutsNoCharacter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := texts().Draw(t, "text")
		coding, parts := Split(s)
		single, part := gsmSingle, gsmPart
		if coding == UCS2 {
			single, part = ucs2Single, ucs2Part
		}
		var joined strings.Builder
		for i, p := range parts {
			limit := part
			if len(parts) == 1 {
				limit = single
			}
			if len(p) > limit {
				t.Fatalf("part %d has %d octets", i, len(p))
			}
			piece, err := Decode(byte(coding), p)
			if err != nil || !utf8.ValidString(piece) || strings.ContainsRune(piece, utf8.RuneError) {
				t.Fatalf("part %d does not stand alone: %q %v", i, piece, err)
			}
			before := joined.String()
			joined.WriteString(piece)
			if i > 0 && !boundary(s, len(before)) {
				t.Fatalf("cut within a character at %d of %q", len(before), s)
			}
		}
		if joined.String() != s {
			t.Fatalf("got %q, want %q", joined.String(), s)
		}
	})
}

// boundary says if a character as a reader sees it begins at byte i, or if the
// character there is too long for any part.
func boundary(s string, i int) bool {
	for at := 0; at <= i; {
		if at == i {
			return true
		}
		n := clusterLen(s[at:])
		if at+n > i && len(encodeUCS2(s[at:at+n])) > ucs2Part {
			return true
		}
		at += n
	}
	return false
}

func TestClustersStayWhole(t *testing.T) {
	t.Parallel()
	for _, cluster := range []string{"é", "🇰🇿", "👩‍👩‍👧", "👍🏽", "\r\n", "й", "❤️"} {
		require.Equal(t, len(cluster), clusterLen(cluster+"x"), "%q", cluster)
		require.Equal(t, len(cluster), clusterLen(cluster+cluster), "%q", cluster)
	}
}

func TestGSMKnowsItsWholeAlphabet(t *testing.T) {
	t.Parallel()
	for b := range byte(128) {
		if b == escape {
			continue
		}
		back, ok := encodeGSM(decodeGSM(0, []byte{b}))
		require.True(t, ok)
		require.Equal(t, []byte{b}, back)
	}
	require.Equal(t, "@Δ ¡¿à", decodeGSM(0, []byte{0x00, 0x10, 0x20, 0x40, 0x60, 0x7F}))
	require.Equal(t, "€5", decodeGSM(0, []byte{escape, 0x65, '5'}))
	require.Equal(t, "a ", decodeGSM(0, []byte{'a', escape}))
	require.Equal(t, "�", decodeGSM(0, []byte{0xFF}))
}

func TestDecodeByDataCoding(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		coding  byte
		payload []byte
		want    string
	}{
		"default":           {0x00, []byte{0x00, 'A'}, "@A"},
		"ASCII":             {0x01, []byte("A@"), "A@"},
		"GSM under ASCII":   {0x01, []byte("\x1b<5\x1b> \x00\x02"), "[5] @$"},
		"Latin-1":           {0x03, []byte{0xE9}, "é"},
		"ISO 8859-5":        {0x06, []byte{0xD0, 0xEF}, "ая"},
		"UCS2":              {0x08, []byte{0x04, 0x30}, "а"},
		"lone surrogate":    {0x08, []byte{0xD8, 0x3D, 0, 'x'}, "�x"},
		"odd length":        {0x08, []byte{0, 'x', 0}, "x�"},
		"class, default":    {0xF1, []byte{'A'}, "A"},
		"class 1, UCS2":     {0x19, []byte{0x04, 0x30}, "а"},
		"flash, default":    {0x10, []byte{'A'}, "A"},
		"indication, UCS2":  {0xE0, []byte{0x04, 0x30}, "а"},
		"nothing, in UCS2":  {0x08, nil, ""},
		"nothing, in ASCII": {0x01, nil, ""},
	} {
		got, err := Decode(tt.coding, tt.payload)
		require.NoError(t, err, name)
		require.Equal(t, tt.want, got, name)
	}
	for _, coding := range []byte{0x02, 0x04, 0xF5, 0x30, 0x05, 0x0E} {
		_, err := Decode(coding, []byte("x"))
		require.ErrorIs(t, err, ErrBinary, "0x%02X", coding)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	part := Part{Reference: 200, Total: 3, Number: 2}
	got, payload, err := TakeHeader(AddHeader(part, []byte("x")))
	require.NoError(t, err)
	require.Equal(t, part, got)
	require.Equal(t, "x", string(payload))

	part.Reference = 40_000
	got, payload, err = TakeHeader(AddHeader16(part, []byte("x")))
	require.NoError(t, err)
	require.Equal(t, part, got)
	require.Equal(t, "x", string(payload))

	for name, tt := range map[string]struct {
		in      []byte
		payload string
		valid   bool
		err     error
	}{
		"nothing":             {nil, "", false, nil},
		"empty header":        {[]byte{0, 'h', 'i'}, "hi", false, nil},
		"past the end":        {[]byte{9, 0, 3}, "\x00\x03", false, ErrHeader},
		"element past it":     {[]byte{3, 0, 9, 1, 'x'}, "x", false, ErrHeader},
		"half an element":     {[]byte{1, 0, 'x'}, "x", false, ErrHeader},
		"part 0 of 3":         {[]byte{5, 0, 3, 7, 3, 0, 'x'}, "x", false, nil},
		"part 4 of 3":         {[]byte{5, 0, 3, 7, 3, 4, 'x'}, "x", false, nil},
		"part 1 of 0":         {[]byte{5, 0, 3, 7, 0, 1, 'x'}, "x", false, nil},
		"behind another":      {[]byte{9, 0x24, 2, 0, 1, 0, 3, 7, 2, 1, 'x'}, "x", true, nil},
		"wrong element size":  {[]byte{4, 0, 2, 7, 2, 'x'}, "x", false, nil},
		"port addressing too": {[]byte{11, 5, 4, 1, 2, 3, 4, 0, 3, 7, 2, 2, 'x'}, "x", true, nil},
	} {
		part, payload, err := TakeHeader(tt.in)
		require.ErrorIs(t, err, tt.err, name)
		require.Equal(t, tt.payload, string(payload), name)
		require.Equal(t, tt.valid, part.Valid(), name)
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body, id string
		state    []byte
		want     Receipt
		ok       bool
	}{
		"by the book": {"id:0123456789 sub:001 dlvrd:001 submit date:2611212300 done date:2611212301 stat:DELIVRD err:000 text:id:7 stat:UNDELIV",
			"", nil, Receipt{"0123456789", Delivered, "000"}, true},
		"upper case names":   {"ID:9 STAT:expired ERR:1 Text:", "", nil, Receipt{"9", Expired, "1"}, true},
		"TLVs only":          {"", "AB12\x00", []byte{2}, Receipt{"AB12", Delivered, ""}, true},
		"TLVs go first":      {"id:1 stat:ENROUTE", "2", []byte{5}, Receipt{"2", Undeliverable, ""}, true},
		"rejected":           {"id:1 stat:REJECTD err:042", "", nil, Receipt{"1", Undeliverable, "042"}, true},
		"a word unheard of":  {"id:1 stat:WHATEVR", "", nil, Receipt{"1", Unknown, ""}, true},
		"no id":              {"stat:DELIVRD", "", nil, Receipt{"", Delivered, ""}, false},
		"not a receipt":      {"STATUS 123456786", "", nil, Receipt{"", Unknown, ""}, false},
		"id only in text":    {"stat:DELIVRD text:id:5", "", nil, Receipt{"", Delivered, ""}, false},
		"a bare state":       {"id:5 sub:001 dlvrd:001 DELIVRD err:000", "", nil, Receipt{"5", Delivered, "000"}, true},
		"spelt out":          {"id:5 stat:DELIVERED", "", nil, Receipt{"5", Delivered, ""}, true},
		"undeliverable":      {"id:5 stat:UNDELIVERABLE", "", nil, Receipt{"5", Undeliverable, ""}, true},
		"failed":             {"id:5 stat:FAILED", "", nil, Receipt{"5", Undeliverable, ""}, true},
		"by its number":      {"id:5 stat:2 err:000", "", nil, Receipt{"5", Delivered, "000"}, true},
		"spaces":             {"id: 5 sub: 001 stat: DELIVRD err: 000 text: id: 7", "", nil, Receipt{"5", Delivered, "000"}, true},
		"no value":           {"id:5 stat: err:001", "", nil, Receipt{"5", Unknown, "001"}, true},
		"two octets alone":   {"id:5", "", []byte{0, 2}, Receipt{"5", Delivered, ""}, true},
		"and reversed":       {"id:5", "", []byte{5, 0}, Receipt{"5", Undeliverable, ""}, true},
		"state of two bytes": {"id:1 stat:DELIVRD", "", []byte{0, 5}, Receipt{"1", Delivered, ""}, true},
	} {
		got, ok := ParseReceipt(tt.body, tt.id, tt.state)
		require.Equal(t, tt.ok, ok, name)
		require.Equal(t, tt.want, got, name)
	}
}

func TestMessageIDsMatchAcrossNotations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ submitted, receipt string }{
		{"1A2B3C", "1a2b3c"}, {"0000123", "123"}, {"123", "0000123"}, {"ff", "255"}, {"255", "FF"},
		{"00FF", "0255"}, {"2a00f", "0x2A00F"}, {"0x2a", "42"}, {"F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "f81d4fae7dec11d0a76500a0c91e6bf6"},
		{"f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}, {"0", "000"}, {"b8a7-11", "B8A7-11"}, {"7fffffffffffffff", "9223372036854775807"},
	} {
		require.Contains(t, MessageKeys(tt.receipt), MessageKey(tt.submitted), "%s ~ %s", tt.submitted, tt.receipt)
	}
	require.Equal(t, []string{"10", "a", "16"}, MessageKeys("10"))
	require.Equal(t, []string{"5"}, MessageKeys("5"))
	require.NotContains(t, MessageKeys("124"), MessageKey("123"))
}

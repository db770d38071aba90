package text

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Whatever octets come, the text is one that can be kept and sent again.
func FuzzDecode(f *testing.F) {
	f.Add(byte(0), []byte{escape})
	f.Add(byte(0), []byte{escape, 0x65, escape, escape, 0x0A})
	f.Add(byte(1), []byte("\x1b<5\x1b> \x00\x02"))
	f.Add(byte(8), []byte{0xD8, 0x3D, 0xDE})
	f.Add(byte(8), []byte{0xDE, 0x00, 0xD8, 0x3D})
	f.Fuzz(func(t *testing.T, coding byte, payload []byte) {
		s, err := Decode(coding, payload)
		if err != nil {
			require.ErrorIs(t, err, ErrBinary)
			return
		}
		require.True(t, utf8.ValidString(s))
		checkSplit(t, s)
	})
}

func FuzzSplit(f *testing.F) {
	f.Add(strings.Repeat("e\u0301", 80))
	f.Add(strings.Repeat("a", 152) + "€")
	f.Add(strings.Repeat("a", 153) + strings.Repeat("€", 77))
	f.Add(strings.Repeat("я", 66) + "😀" + strings.Repeat("😀", 67))
	f.Add(strings.Repeat("👩\u200d👩\u200d👧", 30) + "🇰🇿")
	f.Add("a" + strings.Repeat("\u0301", 300))
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) {
			checkSplit(t, s)
		}
	})
}

// checkSplit wants segments that fit, that stand alone, and that together are the text.
func checkSplit(t *testing.T, s string) {
	coding, parts := Split(s)
	require.NotEmpty(t, parts)
	require.LessOrEqual(t, len(parts), MaxParts)
	single, most := gsmSingle, gsmPart
	if coding == UCS2 {
		single, most = ucs2Single, ucs2Part
	}
	if len(parts) == 1 {
		most = single
	}
	var joined strings.Builder
	for i, p := range parts {
		require.LessOrEqual(t, len(p), most, "part %d", i)
		require.True(t, len(p) > 0 || s == "", "part %d is empty", i)
		if coding == UCS2 && len(p) > 0 {
			require.Zero(t, len(p)%2)
			require.NotEqual(t, byte(0xDC), p[0]&0xFC, "part %d begins within a surrogate pair", i)
			require.NotEqual(t, byte(0xD8), p[len(p)-2]&0xFC, "part %d ends within one", i)
		}
		if coding == GSM7 {
			require.False(t, bytes.HasSuffix(p, []byte{escape}), "part %d ends within an escape pair", i)
		}
		piece, err := Decode(byte(coding), p)
		require.NoError(t, err)
		joined.WriteString(piece)
	}
	if len(parts) < MaxParts {
		require.Equal(t, s, joined.String())
	} else {
		require.True(t, strings.HasPrefix(s, joined.String()))
	}
}

// What a header says is what was put into it; any octets give an end of themselves.
func FuzzHeader(f *testing.F) {
	f.Add([]byte{5, 0, 3, 7, 3, 0, 'x'}, uint16(7), byte(3), byte(1))
	f.Add([]byte{6, 8, 4, 1, 44, 2, 1, 'x'}, uint16(300), byte(2), byte(2))
	f.Add([]byte{11, 5, 4, 1, 2, 3, 4, 0, 3, 7, 2, 2, 'x'}, uint16(0), byte(0), byte(255))
	f.Fuzz(func(t *testing.T, b []byte, reference uint16, total, number byte) {
		_, payload, err := TakeHeader(b)
		require.True(t, bytes.HasSuffix(b, payload))
		if err != nil {
			require.ErrorIs(t, err, ErrHeader)
		}
		want := Part{int(reference % 256), int(total), int(number)}
		got, payload, err := TakeHeader(AddHeader(want, b))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.True(t, bytes.Equal(b, payload))
		want.Reference = int(reference)
		got, payload, err = TakeHeader(AddHeader16(want, b))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.True(t, bytes.Equal(b, payload))
	})
}

// A receipt names a message only by an id that its submit's answer could have had, and TLVs go first. Whatever it says, it is read
// alike a second time, and what is quoted says nothing.
func FuzzReceipt(f *testing.F) {
	f.Add("id:1 stat:DELIVRD text:", "", []byte{2})
	f.Add("id:0123456789 sub:001 dlvrd:001 submit date:2611212300 done date:2611212301 stat:DELIVRD err:000 text:id:7 stat:UNDELIV", "", []byte{})
	f.Add("ID:7FFFFFFFFFFFFFFF STAT:expired ERR:1 Text:", "00FF\x00", []byte{0, 5})
	f.Add("id:18446744073709551616 stat:REJECTD", " ", []byte{9})
	f.Add("id: 5 sub: 001 stat: DELIVERED text: id: 7", "", []byte{})
	f.Add("id:0x2A dlvrd:001 FAILED err:21b", "", []byte{2, 0})
	f.Add("id:f81d4fae-7dec-11d0-a765-00a0c91e6bf6 stat:2", "", []byte{})
	f.Fuzz(func(t *testing.T, body, id string, state []byte) {
		r, ok := ParseReceipt(body, id, state)
		require.Equal(t, r.MessageID != "", ok)
		if len(state) == 1 {
			require.Equal(t, outcomeOfState(state[0]), r.Outcome)
		}
		if r.Outcome != Unknown {
			require.True(t, Stated(body, state), "what has an outcome was read")
		}
		if LooksLikeReceipt(body) {
			require.True(t, Stated(body, nil))
		}
		if !ok {
			return
		}
		keys := MessageKeys(r.MessageID)
		require.Equal(t, MessageKey(r.MessageID), keys[0], "the likeliest")
		require.LessOrEqual(t, len(keys), mostNotations)
		for i, key := range keys {
			require.Equal(t, key, MessageKey(key), "as it would be stored")
			require.NotContains(t, keys[:i], key)
		}
		for _, n := range Notations {
			require.ElementsMatch(t, keys, MessageKeysBy(r.MessageID, n), "a notation only says which is first")
			if key := n.KeyIn(r.MessageID); key != "" {
				require.Contains(t, keys, key)
				require.Contains(t, []Notation{AnyNotation, n}, Of(r.MessageID, key))
			}
		}
		if named := strings.TrimSpace(strings.TrimRight(id, "\x00")); named != "" {
			require.Equal(t, named, r.MessageID)
		}
		body, _, _ = strings.Cut(body, "text:")
		if again, ok := ParseReceipt(body, id, state); ok {
			require.Equal(t, r.MessageID, again.MessageID, "what is quoted says nothing")
		}
	})
}

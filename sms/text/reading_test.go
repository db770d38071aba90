package text

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What an SMSC means where SMPP leaves it open.
func TestReadings(t *testing.T) {
	t.Parallel()
	packed := func(septets string) []byte { // as a phone packs them
		var out []byte
		var bits, n uint
		for i := range len(septets) {
			bits |= uint(septets[i]) << n
			for n += 7; n >= 8; n -= 8 {
				out, bits = append(out, byte(bits)), bits>>8
			}
		}
		if n > 0 {
			out = append(out, byte(bits))
		}
		return out
	}
	for name, tt := range map[string]struct {
		coding  byte
		reading Reading
		payload []byte
		want    string
	}{
		"big-endian mark":                  {8, Reading{}, []byte{0xFE, 0xFF, 4, 0x1F}, "П"},
		"little-endian mark":               {8, Reading{}, []byte{0xFF, 0xFE, 0x1F, 4}, "П"},
		"a mark against the setting":       {8, Reading{LittleEndian: true}, []byte{0xFE, 0xFF, 4, 0x1F}, "П"},
		"a mark in each of two parts":      {8, Reading{}, []byte{0xFF, 0xFE, 0x1F, 4, 0xFF, 0xFE, 0x40, 4}, "Пр"},
		"no mark, big-endian":              {8, Reading{}, []byte{4, 0x1F}, "П"},
		"no mark, little-endian":           {8, Reading{LittleEndian: true}, []byte{0x1F, 4}, "П"},
		"class 0, little-endian":           {0x18, Reading{LittleEndian: true}, []byte{0x1F, 4}, "П"},
		"UTF-8 in the default alphabet":    {0, Reading{}, []byte("СТАТУС"), "СТАТУС"},
		"UTF-8 under ASCII":                {1, Reading{}, []byte("СТАТУС"), "СТАТУС"},
		"UTF-8 by setting":                 {0, Reading{Alphabet: UTF8}, []byte("a@\xff"), "a@\uFFFD"},
		"neither":                          {0, Reading{}, []byte{'a', 0xFC}, "a\uFFFD"},
		"Latin-1":                          {0, Reading{Alphabet: Latin1}, []byte{'f', 0xFC, 'r', '@'}, "für@"},
		"Windows-1251":                     {0, Reading{Alphabet: Windows1251}, []byte{0xD1, 0xD2, 0xCE, 0xCF, '@'}, "СТОП@"},
		"Windows-1251 of another coding":   {3, Reading{Alphabet: Windows1251}, []byte{0xE9}, "é"},
		"GSM":                              {0, Reading{Alphabet: DefaultGSM}, []byte{0x40, 0}, "¡@"},
		"GSM of SMSCs that pack elsewhere": {0xF1, Reading{Alphabet: Packed}, []byte("HELP"), "HELP"},
	} {
		got, err := DecodeAs(Scheme(tt.coding).On(tt.reading), tt.payload)
		require.NoError(t, err, name)
		require.Equal(t, tt.want, got, name)
	}
	for _, s := range []string{"", "STOP", "STATUS 742913586", "1234567", "12345678", "hello hello hello"} {
		require.Equal(t, s, string(Unpack(packed(s), 0)), s)
	}
	require.Equal(t, "1234567", string(Unpack(packed("1234567\r"), 0)), "filled with a carriage return")
	// Behind a header of six octets (48 bits) a bit is left free up to the next seven (23.040 §9.2.3.24).
	octets := packed("\x00\x00\x00\x00\x00\x00\x00HI")[6:]
	require.Equal(t, "HI", string(Unpack(octets, 6)))
	require.NoError(t, Reading{Alphabet: Packed}.Check())
	require.Error(t, Reading{Alphabet: "klingon"}.Check())
}

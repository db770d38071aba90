package content

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
	"okno/sms/text"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	ucs2 := func(s string) (b []byte) {
		for _, r := range s {
			b = append(b, byte(r>>8), byte(r))
		}
		return b
	}
	for name, tt := range map[string]struct {
		class, coding byte
		payload       []byte
		want          string
		part          text.Part
	}{
		"NULs behind":                       {0, 0, []byte("HELP\x00\x00"), "HELP", text.Part{}},
		"an @ within":                       {0, 0, []byte("a\x00b"), "a@b", text.Part{}},
		"NULs behind UCS2":                  {0, 8, append(ucs2("СТОП"), 0, 0), "СТОП", text.Part{}},
		"half a NUL behind UCS2":            {0, 8, append(ucs2("СТОП"), 0), "СТОП\uFFFD", text.Part{}},
		"UCS2 that ends in an octet 0":      {0, 8, ucs2("aĀ"), "aĀ", text.Part{}},
		"a header":                          {0x40, 0, []byte{5, 0, 3, 7, 2, 1, 'x', 0}, "x@", text.Part{Reference: 7, Total: 2, Number: 1}},
		"NULs behind a part":                {0x40, 0, []byte{5, 0, 3, 7, 2, 2, 'x', 0}, "x@", text.Part{Reference: 7, Total: 2, Number: 2}},
		"no header":                         {0x40, 0, []byte("STATUS 742913586"), "STATUS 742913586", text.Part{}},
		"no header, and few letters":        {0x40, 0, []byte("1"), "1", text.Part{}},
		"no header before Cyrillic letters": {0x40, 8, ucs2("СТАТУС 742"), "СТАТУС 742", text.Part{}},
		"no header before Latin letters":    {0x40, 8, ucs2("HELP"), "HELP", text.Part{}},
		"no header before Kazakh letters":   {0x40, 8, ucs2("Қайда"), "Қайда", text.Part{}},
		"an empty header":                   {0x40, 0, []byte{0, 'h', 'i'}, "hi", text.Part{}},
		"a header before UCS2":              {0x40, 8, append([]byte{5, 0, 3, 7, 2, 2}, ucs2("СТОП")...), "СТОП", text.Part{Reference: 7, Total: 2, Number: 2}},
	} {
		part, scheme, payload, err := Incoming(&smpp.Message{ESMClass: tt.class, Coding: tt.coding, Short: tt.payload}, text.Reading{})
		require.NoError(t, err, name)
		got, err := text.DecodeAs(scheme, payload)
		require.NoError(t, err, name)
		require.Equal(t, tt.want, got, name)
		require.Equal(t, tt.part, part, name)
	}
	for _, malformed := range [][]byte{{0x30, 1}, {3, 0, 9, 1, 'x'}, {9, 0, 3}} {
		_, _, _, err := Incoming(&smpp.Message{ESMClass: 0x40, Short: malformed}, text.Reading{})
		require.ErrorIs(t, err, text.ErrHeader, "%v", malformed)
	}
}

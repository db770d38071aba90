package text

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// read decodes a GSM message whose user data header is given with its length.
func read(t *testing.T, header []byte, septets string) string {
	t.Helper()
	whole := append(header, septets...)
	_, payload, err := TakeHeader(whole)
	require.NoError(t, err)
	s, err := DecodeAs(SchemeOf(0x00, whole), payload)
	require.NoError(t, err)
	return s
}

// The tables of 3GPP TS 23.038 annex A, read out row by row.
func TestNationalTables(t *testing.T) {
	t.Parallel()
	locked := func(language byte) []byte { return []byte{3, 0x25, 1, language} }
	shifted := func(language byte) []byte { return []byte{3, 0x24, 1, language} }
	for name, tt := range map[string]struct {
		header  []byte
		septets string
		want    string
	}{
		"A.3.1 Turkish, locking":                   {locked(1), "\x04\x07\x0b\x0c\x1c\x1d\x40\x60\x09\x5f\x7e", "€ıĞğŞşİçÇ§ü"},
		"A.2.1 Turkish, single":                    {shifted(1), "\x1b\x47\x1bI\x1bS\x1bc\x1bg\x1bi\x1bs\x1be\x1b<", "ĞİŞçğış€["},
		"A.2.2 Spanish, single":                    {shifted(2), "\x1bA\x1bI\x1bO\x1bU\x1ba\x1bi\x1bo\x1bu\x1b\x09\x1be\x1b(", "ÁÍÓÚáíóúç€{"},
		"A.3.3 Portuguese, locking, first column":  {locked(3), "\x00\x04\x05\x06\x07\x08\x09\x0b\x0c\x0e\x0f", "@êéúíóçÔôÁá"},
		"A.3.3 Portuguese, locking, second column": {locked(3), "\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d\x1e\x1f", "ªÇÀ∞^\\€Ó|ÂâÊÉ"},
		"A.3.3 Portuguese, locking, the others":    {locked(3), "\x24\x40\x5b\x5c\x5d\x5e\x60\x7b\x7c\x7d\x7e", "ºÍÃÕÚÜ~ãõ`ü"},
		"A.2.3 Portuguese, single": {shifted(3), "\x1b\x05\x1b\x09\x1b\x0b\x1b\x0c\x1b\x0e\x1b\x0f\x1b\x12\x1b\x19\x1b\x1f\x1b[\x1b\\\x1b{\x1b|\x1b\x7f",
			"êçÔôÁáΦΘÊÃÕãõâ"},
		"both":                     {[]byte{6, 0x24, 1, 1, 0x25, 1, 3}, "\x1bs\x04\x1bX", "şêX"},
		"no Spanish locking table": {locked(2), "\x04\x40", "è¡"},
		"a table not known":        {shifted(13), "\x1be\x1b<", "€["},
		"none":                     {[]byte{0}, "\x1bs\x07", "sì"},
		"an element too long":      {[]byte{4, 0x25, 2, 1, 1}, "\x07", "ì"},
		"beside the parts":         {[]byte{8, 0, 3, 7, 2, 1, 0x25, 1, 1}, "\x07", "ı"},
	} {
		require.Equal(t, tt.want, read(t, tt.header, tt.septets), name)
	}
	s, err := DecodeAs(SchemeOf(0x08, []byte{3, 0x25, 1, 1}), []byte{0x04, 0x30})
	require.NoError(t, err)
	require.Equal(t, "а", s, "nothing to shift in UCS2")
	for _, broken := range [][]byte{nil, {}, {9, 0x25, 1, 1}, {1, 0x25}, {2, 0x25, 9}} {
		require.Equal(t, Scheme(0), SchemeOf(0, broken))
	}
}

package otp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"123456": "123456", "123 456": "123456", "123-456": "123456", "123\u2013456": "123456", "123\u00a0456": "123456", "\u200b123456\u200b": "123456",
		"١٢٣٤٥٦": "123456", "１２３４５６": "123456", " 123456. ": "123456", "«123456»": "123456", "12.34.56": "123456", "012345": "012345",
		"12345": "12345", "x": "x", "12345o": "12345o", "": "", "-": "", "123456 7": "1234567",
	} {
		require.Equal(t, want, read(in), in)
	}
}

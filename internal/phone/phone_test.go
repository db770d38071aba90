package phone_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+77011234567": "+77011234567", "77011234567": "+77011234567", "8 701 123-45-67": "+77011234567",
		"+7 (701) 123 45 67": "+77011234567", "+442079460000": "+442079460000",
		"": "", "1414": "", "abc": "", "+": "", "+777777777777777777777": "",
	} {
		got, err := phone.Parse(in)
		require.Equal(t, want, got, in)
		require.Equal(t, want == "", err != nil, in)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"+77011234567": "+7701•••4567", "1414": "•••", "": "", "+7701": "•••"} {
		require.Equal(t, want, phone.Mask(in), in)
	}
}

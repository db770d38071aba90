package text

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotations(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"16", "10", "22"}, MessageKeys("16"))
	require.Equal(t, []string{"10", "16", "22"}, MessageKeysBy("16", DecimalOfHex))
	require.Equal(t, []string{"22", "16", "10"}, MessageKeysBy("16", HexOfDecimal))
	require.Equal(t, "10", DecimalOfHex.KeyIn("16"))
	require.Empty(t, DecimalOfHex.KeyIn("1a"))
	require.Equal(t, "16", HexOfDecimal.KeyIn("10"))
	require.Equal(t, DecimalOfHex, Of("16", "10"))
	require.Equal(t, HexOfDecimal, Of("10", "16"))
	require.Equal(t, SameNotation, Of("16", "16"))
	require.Equal(t, AnyNotation, Of("5", "5"), "the same in all")
}

func TestStated(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"id:5 stat:DELIVRD": true, "id:5 stat:UNKNOWN": true, "id:5 stat:ENROUTE": true, "id:5 REJECTD": true, "id:5 stat:8": true,
		"id:5": false, "id:5 stat:WHATEVR": false, "id:5 stat:9": false, "": false, "id:5 text:DELIVRD": false,
	} {
		require.Equal(t, want, Stated(body, nil), body)
	}
	require.True(t, Stated("id:5", []byte{2}))
	require.False(t, Stated("id:5", []byte{99}))
}

func TestLooksLikeReceipt(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"id:5 sub:001 dlvrd:001 submit date:2611212300 done date:2611212301 stat:DELIVRD err:000 text:": true,
		"id: 5 sub: 001 dlvrd: 001 stat: UNDELIV":                                                       true,
		"id:5 stat:DELIVRD": false, "id:5": false, "STATUS 123456786": false, "my id:5 sub:1 dlvrd:1 stat:DELIVRD": false, "": false,
		"id:5 sub:1 dlvrd:1 stat:whatever": false,
	} {
		require.Equal(t, want, LooksLikeReceipt(body), body)
	}
}

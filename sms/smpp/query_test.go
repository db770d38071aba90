package smpp

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueryKeepsItsFields(t *testing.T) {
	t.Parallel()
	for _, body := range []any{
		&Query{"7f", Address{5, 0, "eGov"}},
		&QueryResp{"7f", "", 1, 0},
		&QueryResp{"7f", "261122021201000+", 5, 9},
	} {
		p := PDU{Command: QuerySM, Sequence: 7, Body: body}
		if _, ok := body.(*QueryResp); ok {
			p.Command |= responseBit
		}
		frame, err := encode(p)
		require.NoError(t, err)
		read, whole, err := readFrame(bytes.NewReader(frame))
		require.NoError(t, err)
		require.True(t, whole)
		back, err := decode(read)
		require.NoError(t, err)
		require.Equal(t, p, back)
		_, err = decode(frame[:len(frame)-1])
		require.Error(t, err, "truncated")
	}
}

package capture

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A deliver_sm from 7 to 1 that says "hi" (SMPP 3.4 §4.6.1).
func deliver(length byte) []byte {
	body := []byte{0, 1, 1, '7', 0, 1, 1, '1', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, length, 'h', 'i'}
	return append([]byte{0, 0, 0, byte(16 + len(body)), 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1}, body...)
}

// The check finds what it is for, wherever packets are cut.
func TestMalformedPDUIsFound(t *testing.T) {
	t.Parallel()
	tshark := os.Getenv(Env)
	if tshark == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("tshark is missing: run the tests by scripts/test")
		}
		t.Skip("tshark is missing: run the tests by scripts/test")
	}
	for name, tt := range map[string]struct {
		length byte
		found  int
	}{"good": {2, 0}, "a text longer than its PDU": {200, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &Recorder{}
			_, down := r.connection()
			r.record(down, append(deliver(2), deliver(tt.length)[:20]...))
			r.record(down, deliver(tt.length)[20:])
			pdus, found, err := r.Malformed(tshark, t.TempDir())
			require.NoError(t, err)
			require.Equal(t, 2, pdus)
			require.Len(t, found, tt.found, "%q", found)
		})
	}
}

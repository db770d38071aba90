package gateway

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/smppaccount"
	"okno/sms/smpp"
)

// Whatever an agency submits is refused, or is something that can be kept and sent.
func FuzzRead(f *testing.F) {
	f.Add("MINJUST", "77010000001", byte(1), byte(0), byte(0), []byte("hi"), []byte(nil), "", "000001000000000R")
	f.Add("", "+7 701 000 00 01", byte(0), byte(smpp.ESMUDHI), byte(8), []byte{5, 0, 3, 7, 2, 1, 0xd8, 0x3d}, []byte(nil), "261122150000020+", "")
	f.Add("1414", "\x00\xff", byte(7), byte(0xff), byte(0xf4), []byte{0xff}, []byte{1}, "R", "x")
	f.Fuzz(func(t *testing.T, source, dest string, ton, class, coding byte, short, sar []byte, schedule, validity string) {
		m := smpp.Message{Source: smpp.Address{TON: ton, Number: source}, Dest: smpp.Address{TON: ton, Number: dest}, ESMClass: class, Coding: coding,
			Short: short, Schedule: schedule, Validity: validity, TLVs: smpp.TLVs{}}
		if len(sar) == 3 {
			m.TLVs = smpp.TLVs{smpp.TagSARReference: {0, sar[0]}, smpp.TagSARTotal: sar[1:2], smpp.TagSARPart: sar[2:]}
		}
		now := time.Unix(1_800_000_000, 0)
		s, status := read(&m, ministry, asItIs, now)
		if status != smpp.OK {
			return
		}
		require.Regexp(t, `^\+[0-9]{3,15}$`, s.Destination)
		require.Contains(t, ministry.Senders, s.Sender)
		require.True(t, s.ExpiresAt.After(s.DueAt) && !s.DueAt.Before(now))
		require.LessOrEqual(t, s.Segments, maxSegments)
		if s.Part.Total > 0 {
			require.NotNil(t, s.Part.Payload)
			require.LessOrEqual(t, s.Part.Total, maxSegments)
		} else {
			require.Positive(t, s.Segments)
		}
		_, err := deliveryOf(smppaccount.Receipt{ID: 1, Addresses: s.Addresses})
		require.NoError(t, err)
	})
}

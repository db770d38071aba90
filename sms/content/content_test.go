package content

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
)

func TestNumberIsE164OrNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address smpp.Address
		want    string
	}{
		{smpp.Address{TON: 1, NPI: 1, Number: "77010000001"}, "+77010000001"},
		{smpp.Address{TON: 1, Number: "+77010000001"}, "+77010000001"},
		{smpp.Address{Number: "87010000001"}, "+77010000001"},
		{smpp.Address{TON: 1, Number: "442071234567"}, "+442071234567"},
		{smpp.Address{Number: ""}, ""},
		{smpp.Address{TON: 5, Number: "eGov"}, ""},
		{smpp.Address{Number: "12\x00"}, ""},
		{smpp.Address{TON: 1, Number: "770100000017701000001"}, ""},
	} {
		e164, ok := Number(c.address)
		require.Equal(t, c.want != "", ok, "%+v", c.address)
		if ok {
			require.Equal(t, c.want, e164)
		}
	}
}

func TestJoinedPartsShowWhatIsMissing(t *testing.T) {
	t.Parallel()
	part := func(n int, body string) message.Part {
		return message.Part{Number: n, Total: 4, Payload: []byte(body)}
	}
	for want, parts := range map[string][]message.Part{
		"abcd": {part(1, "a"), part(2, "b"), part(3, "c"), part(4, "d")},
		"a…c…": {part(1, "a"), part(3, "c")},
		"…d":   {part(4, "d")},
		"aЖb…": {part(1, "a"), {Number: 2, Total: 4, Coding: 8, Payload: []byte{4, 0x16}}, part(3, "b")},
		"":     nil,
	} {
		require.Equal(t, want, Join(parts))
	}
}

package content

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

// What PartOf finds is an end of what came, whatever header or TLVs say.
func FuzzPartOf(f *testing.F) {
	f.Add(smpp.ESMUDHI, []byte{5, 0, 3, 7, 3, 0, 'x'}, []byte(nil), []byte(nil), []byte(nil))
	f.Add(byte(0), []byte("by SAR"), []byte{0, 7}, []byte{2}, []byte{1})
	f.Add(byte(0), []byte("x"), []byte{7}, []byte{2, 2}, []byte{0})
	f.Fuzz(func(t *testing.T, class byte, short, reference, total, number []byte) {
		m := &smpp.Message{ESMClass: class, Short: short, TLVs: smpp.TLVs{
			smpp.TagSARReference: reference, smpp.TagSARTotal: total, smpp.TagSARPart: number}}
		part, _, payload, err := PartOf(m)
		require.True(t, bytes.HasSuffix(short, payload))
		if err != nil {
			require.ErrorIs(t, err, text.ErrHeader)
		}
		if part.Valid() {
			require.LessOrEqual(t, part.Number, 255)
			require.LessOrEqual(t, part.Total, 255)
		}
		Number(smpp.Address{TON: class, Number: string(short)})
	})
}

// Parts of any coding and number join to text that the database takes; those of a message, to the message, and where one is
// missing it is marked.
func FuzzJoin(f *testing.F) {
	f.Add(strings.Repeat("Қайырлы күн 😀! ", 30), byte(1), []byte{0xD8, 0x3D}, byte(8))
	f.Add(strings.Repeat("e\u0301[€]", 90), byte(0), []byte{0x1b}, byte(0))
	f.Add("short", byte(3), []byte{0, 0}, byte(3))
	f.Fuzz(func(t *testing.T, s string, missing byte, stray []byte, coding byte) {
		s = Clean(s)
		was, payloads := text.Split(s)
		if len(payloads) == text.MaxParts {
			return
		}
		var parts []message.Part
		for i, payload := range payloads {
			parts = append(parts, message.Part{Number: i + 1, Total: len(payloads), Coding: int(was), Payload: payload})
		}
		require.Equal(t, s, Join(parts))

		gone := int(missing) % len(parts)
		part := parts[gone]
		without := append(append([]message.Part(nil), parts[:gone]...), parts[gone+1:]...)
		if len(without) > 0 {
			require.Contains(t, Join(without), "…")
		}
		part.Payload, part.Coding = stray, int(coding) // a part of another coding, or cut within a character
		parts[gone] = part
		got := Join(parts)
		require.True(t, utf8.ValidString(got))
		require.NotContains(t, got, "\x00")
	})
}

// Whatever an SMSC delivers and is said to mean by it, what is read is text that the database takes.
func FuzzIncoming(f *testing.F) {
	f.Add(smpp.ESMUDHI, byte(8), []byte("\x04\x21\x04\x22"), byte(0), false)
	f.Add(smpp.ESMUDHI, byte(0), []byte{5, 0, 3, 7, 2, 2, 0x53, 0xEA, 0x13, 0x0A}, byte(4), false)
	f.Add(byte(0), byte(8), []byte{0xFF, 0xFE, 0x21, 0x04, 0}, byte(0), true)
	f.Add(byte(0), byte(0), []byte("СТОП\x00\x00"), byte(2), false)
	alphabets := []text.Alphabet{text.DefaultGSM, text.Latin1, text.UTF8, text.Windows1251, text.Packed}
	f.Fuzz(func(t *testing.T, class, coding byte, short []byte, alphabet byte, little bool) {
		before := bytes.Clone(short)
		m := &smpp.Message{ESMClass: class, Coding: coding, Short: short}
		part, scheme, payload, err := Incoming(m, text.Reading{Alphabet: alphabets[int(alphabet)%len(alphabets)], LittleEndian: little})
		require.Equal(t, before, short, "the PDU stays as it came")
		if err != nil {
			require.ErrorIs(t, err, text.ErrHeader)
			return
		}
		s, err := text.DecodeAs(scheme, payload)
		if err != nil {
			require.ErrorIs(t, err, text.ErrBinary)
			return
		}
		require.True(t, utf8.ValidString(Clean(s)))
		Garbled(s)
		if part.Valid() {
			joined := Join([]message.Part{{Number: part.Number, Total: part.Total, Coding: int(scheme), Payload: payload}})
			require.True(t, utf8.ValidString(joined))
		}
	})
}

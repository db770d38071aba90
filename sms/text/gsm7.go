package text

// The default alphabet of GSM 03.38 (3GPP TS 23.038 §6.2.1), by septet. 0x1B
// is the escape to the extension table.
var gsmRunes = [128]rune([]rune("@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
	" !\"#¤%&'()*+,-./" +
	"0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmno" +
	"pqrstuvwxyzäöñüà"))

// The extension table (§6.2.1.1): two septets each.
var gsmExtension = map[byte]rune{
	0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€',
}

const escape = 0x1B

// gsmSeptets is the way back: one septet, or escape and one.
var gsmSeptets = func() map[rune]string {
	septets := make(map[rune]string, 140)
	for b, r := range gsmRunes {
		septets[r] = string([]byte{byte(b)})
	}
	delete(septets, escape)
	for b, r := range gsmExtension {
		septets[r] = string([]byte{escape, b})
	}
	return septets
}()

// encodeGSM gives one septet an octet, as SMPP carries them, or false where a
// character is outside the alphabet.
func encodeGSM(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		septets, ok := gsmSeptets[r]
		if !ok {
			return nil, false
		}
		out = append(out, septets...)
	}
	return out, true
}

// decodeGSM never fails: an unknown extension shows as its plain character
// (§6.2.1.1), a last lone escape as a space, the eighth bit as U+FFFD.
func decodeGSM(s Scheme, b []byte) string {
	alphabet, extension := s.tables()
	out := make([]rune, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c >= 0x80:
			out = append(out, '\uFFFD')
		case c != escape:
			out = append(out, alphabet[c])
		case i+1 == len(b) || b[i+1] == escape || b[i+1] >= 0x80:
			out = append(out, ' ')
		default:
			i++
			r, ok := extension[b[i]]
			if !ok {
				r = alphabet[b[i]]
			}
			out = append(out, r)
		}
	}
	return string(out)
}

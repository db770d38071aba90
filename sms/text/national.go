package text

// National tables of GSM 03.38, which a header shifts to (3GPP TS 23.038
// §6.2.1.2.4): 0x25 locks the message to another alphabet, 0x24 gives the
// escape another table. They are for reading only: what Okno writes is in the
// default alphabet or in UCS2.
const (
	turkish    = 1
	spanish    = 2
	portuguese = 3
)

// Scheme says how octets are to be read: data_coding, above its octet the
// identifiers of the national tables, first the locking one's, and above these
// how the SMSC is to be understood (Reading).
type Scheme int

// SchemeOf gives the scheme of a message with this data_coding; header is the
// message's octets where it has the UDHI bit, else nil.
func SchemeOf(coding byte, header []byte) Scheme {
	s := Scheme(coding)
	if len(header) == 0 || 1+int(header[0]) > len(header) {
		return s
	}
	eachElement(header[1:1+int(header[0])], func(id byte, value []byte) {
		switch {
		case len(value) != 1:
		case id == lockingShift:
			s = s&^0xFF00 | Scheme(value[0])<<8
		case id == singleShift:
			s = s&^0xFF0000 | Scheme(value[0])<<16
		}
	})
	return s
}

// tables are the alphabet and what the escape leads to. A table that is not
// known is none (§6.2.1.2.4).
func (s Scheme) tables() (alphabet *[128]rune, extension map[byte]rune) {
	alphabet, extension = &gsmRunes, gsmExtension
	if locked, ok := lockingTables[byte(s>>8)]; ok {
		alphabet = locked
	}
	if single, ok := singleTables[byte(s>>16)]; ok {
		extension = single
	}
	return alphabet, extension
}

// The locking tables (annex A.3). Spanish has none.
var lockingTables = map[byte]*[128]rune{
	turkish: alter(map[byte]rune{0x04: '€', 0x07: 'ı', 0x0B: 'Ğ', 0x0C: 'ğ', 0x1C: 'Ş', 0x1D: 'ş', 0x40: 'İ', 0x60: 'ç'}),
	portuguese: alter(map[byte]rune{
		0x04: 'ê', 0x06: 'ú', 0x07: 'í', 0x08: 'ó', 0x09: 'ç', 0x0B: 'Ô', 0x0C: 'ô', 0x0E: 'Á', 0x0F: 'á',
		0x12: 'ª', 0x13: 'Ç', 0x14: 'À', 0x15: '∞', 0x16: '^', 0x17: '\\', 0x18: '€', 0x19: 'Ó', 0x1A: '|', 0x1C: 'Â', 0x1D: 'â', 0x1E: 'Ê',
		0x24: 'º', 0x40: 'Í', 0x5B: 'Ã', 0x5C: 'Õ', 0x5D: 'Ú', 0x60: '~', 0x7B: 'ã', 0x7C: 'õ', 0x7D: '`',
	}),
}

// alter gives the default alphabet with other letters in some places.
func alter(letters map[byte]rune) *[128]rune {
	table := gsmRunes
	for septet, letter := range letters {
		table[septet] = letter
	}
	return &table
}

// The single shift tables (annex A.2): the default extension, and more.
var singleTables = map[byte]map[byte]rune{
	turkish: extend(map[byte]rune{0x47: 'Ğ', 0x49: 'İ', 0x53: 'Ş', 0x63: 'ç', 0x67: 'ğ', 0x69: 'ı', 0x73: 'ş'}),
	spanish: extend(map[byte]rune{
		0x09: 'ç', 0x41: 'Á', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x61: 'á', 0x69: 'í', 0x6F: 'ó', 0x75: 'ú',
	}),
	portuguese: extend(map[byte]rune{
		0x05: 'ê', 0x09: 'ç', 0x0B: 'Ô', 0x0C: 'ô', 0x0E: 'Á', 0x0F: 'á', 0x12: 'Φ', 0x13: 'Γ', 0x15: 'Ω', 0x16: 'Π', 0x17: 'Ψ',
		0x18: 'Σ', 0x19: 'Θ', 0x1F: 'Ê', 0x41: 'À', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x5B: 'Ã', 0x5C: 'Õ', 0x61: 'Â', 0x69: 'í',
		0x6F: 'ó', 0x75: 'ú', 0x7B: 'ã', 0x7C: 'õ', 0x7F: 'â',
	}),
}

func extend(letters map[byte]rune) map[byte]rune {
	for septet, letter := range gsmExtension {
		letters[septet] = letter
	}
	return letters
}

package text

import (
	"encoding/binary"
	"errors"
)

// Part says which part of which message a segment is.
type Part struct {
	Reference int // of 8 or 16 bits; unique for a time between source and destination
	Total     int
	Number    int // from 1
}

// Valid says if the part belongs to a message of several parts. A part 0, one
// beyond the total, and the only one of one do not: they stand alone.
func (p Part) Valid() bool { return p.Total > 1 && p.Number >= 1 && p.Number <= p.Total }

// Information elements of concatenation (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8).
const (
	concat8  = 0x00
	concat16 = 0x08
)

// Information elements of national tables (3GPP TS 23.040 §9.2.3.24.15, §9.2.3.24.16).
const (
	singleShift  = 0x24
	lockingShift = 0x25
)

// ErrHeader is a user data header that runs past the message.
var ErrHeader = errors.New("text: malformed user data header")

// AddHeader puts a concatenation header with an 8-bit reference before a
// segment's octets. The PDU needs the UDHI bit.
func AddHeader(p Part, payload []byte) []byte {
	header := []byte{5, concat8, 3, byte(p.Reference), byte(p.Total), byte(p.Number)}
	return append(header, payload...)
}

// AddHeader16 is AddHeader with a 16-bit reference. It takes one septet more,
// so that a full GSM segment does not fit.
func AddHeader16(p Part, payload []byte) []byte {
	header := binary.BigEndian.AppendUint16([]byte{6, concat16, 4}, uint16(p.Reference))
	return append(append(header, byte(p.Total), byte(p.Number)), payload...)
}

// TakeHeader splits a message with the UDHI bit into what its header says of
// concatenation and the octets of its text. Other elements are passed over. An
// empty header (length 0) is taken for what it is. With ErrHeader the octets
// after the length are given as they came.
func TakeHeader(b []byte) (part Part, payload []byte, err error) {
	if len(b) == 0 {
		return Part{}, nil, nil
	}
	size := int(b[0])
	if 1+size > len(b) {
		return Part{}, b[1:], ErrHeader
	}
	header, payload := b[1:1+size], b[1+size:]
	if !eachElement(header, func(id byte, value []byte) {
		switch {
		case id == concat8 && len(value) == 3:
			part = Part{int(value[0]), int(value[1]), int(value[2])}
		case id == concat16 && len(value) == 4:
			part = Part{int(binary.BigEndian.Uint16(value)), int(value[2]), int(value[3])}
		}
	}) {
		err = ErrHeader
	}
	return part, payload, err
}

// eachElement visits the information elements of a header, and says whether
// they end where it does.
func eachElement(header []byte, visit func(id byte, value []byte)) (whole bool) {
	for len(header) > 0 {
		if len(header) < 2 || len(header) < 2+int(header[1]) {
			return false
		}
		value := header[2 : 2+int(header[1])]
		visit(header[0], value)
		header = header[2+len(value):]
	}
	return true
}

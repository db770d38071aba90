package smpp

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	// maxFrame is the longest PDU read: message_payload may hold 64 KiB.
	maxFrame = 64 << 10
	// maxSkip is the longest PDU passed over to keep a link. A length beyond
	// it is no length but noise, and the stream cannot be trusted again.
	maxSkip = 1 << 20
)

// errFraming is a stream whose next PDU cannot be found.
var errFraming = errors.New("smpp: impossible PDU length")

// readFrame gives the next PDU's bytes, header included. A PDU over maxFrame
// comes cut to that size, with whole false: the rest of it has been skipped.
func readFrame(r io.Reader) (frame []byte, whole bool, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, false, err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length < headerSize || length > maxSkip {
		return nil, false, errFraming
	}
	frame = make([]byte, min(length, maxFrame))
	copy(frame, size[:])
	if _, err := io.ReadFull(r, frame[4:]); err != nil {
		return nil, false, err
	}
	if _, err := io.CopyN(io.Discard, r, int64(length)-int64(len(frame))); err != nil {
		return nil, false, err
	}
	return frame, length <= maxFrame, nil
}

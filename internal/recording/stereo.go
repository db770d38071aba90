package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// A kept recording is WAV with two channels of G.711 μ-law (RFC 2361, format 7) at 8 kHz: as it came over the line, half the size of linear
// samples, and played by any browser.
const (
	rate       = 8000
	headerSize = 58
	muLaw      = 7
	pcm        = 1
)

// ErrForm says that a file is no WAV with one channel of 16 bits at 8 kHz.
var ErrForm = errors.New("no recording of Asterisk's")

// File is one side of a talk as Asterisk has recorded it.
type File struct {
	Content io.Reader
	Size    int64 // bytes
}

// Stereo reads two files, the citizen's and the others', as one with two channels. nil is silence. A side that is shorter ends in silence. The
// lengths that the files tell are not believed: an Asterisk that was killed left none.
func Stereo(citizen, others *File) (io.Reader, error) {
	s := &stereo{}
	longest := int64(0)
	for i, file := range []*File{citizen, others} {
		if file == nil {
			continue
		}
		s.sides[i] = bufio.NewReaderSize(file.Content, 64<<10)
		skipped, err := skipHeader(s.sides[i])
		if err != nil {
			return nil, err
		}
		longest = max(longest, (file.Size-skipped)/2)
	}
	s.left = header(longest)
	return s, nil
}

// header is that of a file with so many samples on each side.
func header(samples int64) []byte {
	length := uint32(2 * samples) // [MostBytes] is less than it holds
	h := bytes.NewBuffer(make([]byte, 0, headerSize))
	for _, field := range []any{[]byte("RIFF"), length + headerSize - 8, []byte("WAVEfmt "), uint32(18), uint16(muLaw), uint16(2), uint32(rate), uint32(2 * rate),
		uint16(2), uint16(8), uint16(0), []byte("fact"), uint32(4), uint32(samples), []byte("data"), length} {
		_ = binary.Write(h, binary.LittleEndian, field) // a buffer takes everything
	}
	return h.Bytes()
}

// skipHeader reads to the first sample, and gives how many bytes that was.
func skipHeader(from *bufio.Reader) (skipped int64, err error) {
	var riff [12]byte
	if _, err := io.ReadFull(from, riff[:]); err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return 0, errors.Join(ErrForm, err)
	}
	skipped = int64(len(riff))
	for {
		var name [4]byte
		var size uint32
		if err := errors.Join(binary.Read(from, binary.LittleEndian, &name), binary.Read(from, binary.LittleEndian, &size)); err != nil {
			return 0, errors.Join(ErrForm, err)
		}
		skipped += 8
		if string(name[:]) == "data" {
			return skipped, nil
		}
		chunk := make([]byte, min(size, 4096))
		if _, err := io.ReadFull(from, chunk); err != nil || size > 4096 {
			return 0, errors.Join(ErrForm, err)
		}
		skipped += int64(size)
		if string(name[:]) == "fmt " && !bytes.HasPrefix(chunk, ours) {
			return 0, ErrForm
		}
	}
}

// ours is how the form begins in which Asterisk records: linear samples, one channel, 8 kHz.
var ours = []byte{pcm, 0, 1, 0, rate & 0xFF, rate >> 8, 0, 0}

type stereo struct {
	sides [2]*bufio.Reader // nil at its end
	left  []byte           // to be read before more is encoded

	encoded [32 << 10]byte
}

// Read gives the next samples of both sides.
func (s *stereo) Read(into []byte) (int, error) {
	if len(s.left) == 0 {
		if err := s.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(into, s.left)
	s.left = s.left[n:]
	return n, nil
}

// advance encodes the next samples. io.EOF when both sides have ended.
func (s *stereo) advance() error {
	s.left = s.encoded[:0]
	for len(s.left) < cap(s.left) {
		var samples [2]int16
		for i, side := range s.sides {
			if side == nil {
				continue
			}
			low, err := side.ReadByte()
			var high byte
			if err == nil {
				high, err = side.ReadByte()
			}
			if errors.Is(err, io.EOF) {
				s.sides[i] = nil
				continue
			}
			if err != nil {
				return err
			}
			samples[i] = int16(uint16(low) | uint16(high)<<8)
		}
		if s.sides[0] == nil && s.sides[1] == nil {
			break
		}
		s.left = append(s.left, MuLaw(samples[0]), MuLaw(samples[1]))
	}
	if len(s.left) == 0 {
		return io.EOF
	}
	return nil
}

// MuLaw encodes a sample (G.711).
func MuLaw(sample int16) byte {
	const bias, most = 0x84, 32635
	value, sign := int(sample), byte(0)
	if value < 0 {
		value, sign = -value, 0x80
	}
	value = min(value, most) + bias
	exponent := 7
	for mask := 0x4000; value&mask == 0 && exponent > 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | byte(exponent<<4) | byte(value>>(exponent+3)&0x0F))
}

package voice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// decode reads a WAV of PCM or floating point, of one channel or of two, which are mixed. Its length fields are not trusted: programs that write to a
// pipe cannot know them.
func decode(wav []byte) (s sound, err error) {
	if len(wav) < 12 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return sound{}, errors.New("not a WAV")
	}
	var format, channels, bits uint16
	var rate uint32
	for rest := wav[12:]; len(rest) >= 8; {
		size := int(binary.LittleEndian.Uint32(rest[4:]))
		kind, body := string(rest[:4]), rest[8:]
		switch {
		case kind == "data":
			if rate == 0 {
				return sound{}, errors.New("a WAV whose sound comes before its format")
			}
			return read(body[:min(size, len(body))], format, channels, bits, int(rate))
		case size > len(body):
			return sound{}, errors.New("a WAV that is cut off")
		case kind == "fmt " && size >= 16:
			format, channels = binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint16(body[2:])
			rate, bits = binary.LittleEndian.Uint32(body[4:]), binary.LittleEndian.Uint16(body[14:])
			if format == 0xfffe && size >= 26 { // extensible: the format is the beginning of its GUID
				format = binary.LittleEndian.Uint16(body[24:])
			}
		}
		rest = body[min(size+size%2, len(body)):]
	}
	return sound{}, errors.New("a WAV without sound")
}

// read reads samples of the formats 1 (PCM) and 3 (floating point).
func read(body []byte, format, channels, bits uint16, rate int) (sound, error) {
	if channels < 1 || channels > 2 || rate < narrow || rate > 192_000 {
		return sound{}, fmt.Errorf("a WAV of %d channels at %d Hz: one or two, at 8000 Hz or more", channels, rate)
	}
	var sample func([]byte) float64
	switch {
	case format == 1 && bits == 16:
		sample = func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) / math.MaxInt16 }
	case format == 1 && bits == 24:
		sample = func(b []byte) float64 {
			return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / math.MaxInt32
		}
	case format == 1 && bits == 32:
		sample = func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) / math.MaxInt32 }
	case format == 3 && bits == 32:
		sample = func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }
	default:
		return sound{}, fmt.Errorf("a WAV of the format %d with %d bits: PCM of 16, 24 or 32 bits, or floating point of 32", format, bits)
	}
	width := int(bits / 8)
	frame := width * int(channels)
	samples := make([]float64, len(body)/frame)
	for i := range samples {
		for c := range int(channels) {
			samples[i] += sample(body[i*frame+c*width:]) / float64(channels)
		}
		if math.IsNaN(samples[i]) || math.IsInf(samples[i], 0) {
			return sound{}, errors.New("a WAV with samples that are no numbers")
		}
	}
	return sound{samples, rate}, nil
}

// encode writes a WAV of 16 bits and one channel, as Asterisk's format_wav reads it.
func encode(s sound) []byte {
	size := uint32(2 * len(s.samples))
	put16, put32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32
	out := make([]byte, 0, 44+size)
	out = put32(append(out, "RIFF"...), 36+size)
	out = put16(put16(put32(append(out, "WAVEfmt "...), 16), 1), 1) // PCM, one channel
	out = put16(put16(put32(put32(out, uint32(s.rate)), uint32(2*s.rate)), 2), 16)
	out = put32(append(out, "data"...), size)
	for _, sample := range s.samples {
		out = put16(out, uint16(int16(math.Round(max(-1, min(1, sample))*math.MaxInt16))))
	}
	return out
}

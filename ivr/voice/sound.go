package voice

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// rate is what the telephone network carries, in samples a second.
const rate = 8000

// Speech is levelled to what Asterisk's recorded sets have, so that a digit is as loud as the sentence around it. No
// sample goes above the peak, which leaves A-law its headroom.
const (
	speechLevel = 0.11      // root mean square of what is not silence, full scale 1 (-19 dB)
	speechPeak  = 0.7       // -3 dB
	silence     = 0.01      // what is quieter (-40 dB) at either end is cut off
	lead        = rate / 50 // 20 ms stay before the first sound
	tail        = rate / 12 // 80 ms stay after the last, as the gap to the next clip
	pauseLength = rate * 3 / 10
)

// decode reads a WAV of 16 bits and one channel. Its length fields are not looked at: espeak-ng writes to a pipe, and
// cannot know them.
func decode(wav []byte) (samples []float64, from int, err error) {
	if len(wav) < 44 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return nil, 0, errors.New("not a WAV")
	}
	channels, bits := binary.LittleEndian.Uint16(wav[22:]), binary.LittleEndian.Uint16(wav[34:])
	data := bytes.Index(wav[36:], []byte("data"))
	if channels != 1 || bits != 16 || data < 0 {
		return nil, 0, fmt.Errorf("a WAV of %d channels and %d bits", channels, bits)
	}
	pcm := wav[36+data+8:]
	samples = make([]float64, len(pcm)/2)
	for i := range samples {
		samples[i] = float64(int16(binary.LittleEndian.Uint16(pcm[2*i:]))) / math.MaxInt16
	}
	return samples, int(binary.LittleEndian.Uint32(wav[24:])), nil
}

// encode writes a WAV of 8 kHz, 16 bits and one channel, as Asterisk's format_wav reads it.
func encode(samples []float64) []byte {
	size := uint32(2 * len(samples))
	var out bytes.Buffer
	out.WriteString("RIFF")
	for _, field := range []any{36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate),
		uint32(2 * rate), uint16(2), uint16(16), []byte("data"), size} {
		_ = binary.Write(&out, binary.LittleEndian, field) // a Buffer takes everything
	}
	for _, sample := range samples {
		_ = binary.Write(&out, binary.LittleEndian, int16(math.Round(sample*math.MaxInt16)))
	}
	return out.Bytes()
}

// resample brings sound to 8 kHz by a windowed sinc that cuts off at 3.6 kHz (the telephone's band ends at 3.4 kHz).
func resample(in []float64, from int) []float64 {
	if from == rate {
		return in
	}
	const zeros = 16 // crossings of the sinc on each side
	cutoff := 3600 / float64(from)
	reach := zeros / (2 * cutoff)
	// Output i lies at input i·down/up, so there are only so many places between two input samples.
	down, up := lowestTerms(from, rate)
	taps := 2*int(reach) + 1
	phases := make([][]float64, up)
	for phase := range phases {
		phases[phase] = make([]float64, taps)
		for tap := range taps {
			x := float64(phase)/float64(up) - float64(tap-int(reach))
			if math.Abs(x) < reach {
				phases[phase][tap] = 2 * cutoff * sinc(2*cutoff*x) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
			}
		}
	}
	out := make([]float64, len(in)*up/down)
	for i := range out {
		first := i*down/up - int(reach)
		for tap, weight := range phases[i*down%up] {
			if k := first + tap; k >= 0 && k < len(in) {
				out[i] += in[k] * weight
			}
		}
	}
	return out
}

func lowestTerms(a, b int) (int, int) {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x, b / x
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// trim cuts the silence at both ends down to what makes clips join well. Sound with nothing in it is left empty.
func trim(samples []float64) []float64 {
	first, last := -1, 0 // last is one past the last
	for i, sample := range samples {
		if math.Abs(sample) > silence {
			if first < 0 {
				first = i
			}
			last = i + 1
		}
	}
	if first < 0 {
		return nil
	}
	start, end := max(first-lead, 0), min(last+tail, len(samples))
	return append(samples[start:end:end], make([]float64, last+tail-end)...)
}

// level makes speech as loud as all other speech.
func level(samples []float64) []float64 {
	var sum, peak float64
	loud := 0
	for _, sample := range samples {
		if size := math.Abs(sample); size > silence {
			sum += sample * sample
			loud++
			peak = max(peak, size)
		}
	}
	if loud == 0 {
		return samples
	}
	gain := min(speechLevel/math.Sqrt(sum/float64(loud)), speechPeak/peak)
	out := make([]float64, len(samples))
	for i, sample := range samples {
		out[i] = sample * gain
	}
	return out
}

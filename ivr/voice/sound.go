package voice

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// rate is what the telephone network carries, in samples a second.
const rate = 8000

// All speech is as loud, so that a digit is as loud as the sentence around it. No sample goes above the peak, which leaves A-law its headroom.
const (
	speechLoudness = -19       // LUFS, as [loudness] measures it
	speechPeak     = 0.7       // -3 dB, full scale 1
	speechKnee     = 0.45      // what is above is compressed
	silence        = 0.01      // what is quieter (-40 dB) at either end is cut off
	lead           = rate / 50 // 20 ms stay before the first sound
	tail           = rate / 12 // 80 ms stay after the last, as the gap to the next clip
)

// codeSlot is what each digit of a code takes, in every language: no digit is longer.
const codeSlot = rate * 7 / 10

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

// quiet is silence.
func quiet(d time.Duration) []float64 { return make([]float64, int(d*rate/time.Second)) }

// level makes speech as loud as all other speech. Peaks are rounded off rather than that a word with a sharp one stays quiet.
func level(samples []float64) []float64 {
	gain := math.Pow(10, (speechLoudness-loudness(samples))/20)
	out := make([]float64, len(samples))
	for i, sample := range samples {
		size := math.Abs(sample * gain)
		if size > speechKnee {
			size = speechKnee + (speechPeak-speechKnee)*math.Tanh((size-speechKnee)/(speechPeak-speechKnee))
		}
		out[i] = math.Copysign(size, sample)
	}
	return out
}

// loudness is that of speech in LUFS by ITU-R BS.1770-5 (EBU R 128): K-weighted energy over the blocks that are not 10 dB quieter than the mean. A word
// may be shorter than the 400 ms of a block there, so a block has 100 ms. Silence has the loudness that speech is to have.
func loudness(samples []float64) float64 {
	const block, hop, absolute = rate / 10, rate / 40, 1e-7 // -70 LUFS
	weighted := weigh(samples)
	var energies []float64
	for from := 0; from == 0 || from+block <= len(weighted); from += hop {
		var sum float64
		for _, sample := range weighted[from:min(from+block, len(weighted))] {
			sum += sample * sample
		}
		energies = append(energies, sum/block)
	}
	gate := max(absolute, meanAbove(energies, absolute)/10)
	mean := meanAbove(energies, gate)
	if mean == 0 {
		return speechLoudness
	}
	return 10*math.Log10(mean) - 0.691
}

// meanAbove is the mean of what is above a gate; 0 if nothing is.
func meanAbove(energies []float64, gate float64) float64 {
	var sum float64
	n := 0
	for _, energy := range energies {
		if energy > gate {
			sum += energy
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// weigh is the K-weighting: a shelf for the head, and a high-pass. The analogue prototypes are those behind the coefficients that the
// recommendation gives for 48 kHz.
func weigh(samples []float64) []float64 {
	const shelfHertz, shelfGain, shelfQ = 1681.974, 3.99984, 0.707175
	const passHertz, passQ = 38.13547, 0.500327
	k := math.Tan(math.Pi * shelfHertz / rate)
	high := math.Pow(10, shelfGain/20)
	band := math.Pow(high, 0.49966)
	out := filter(samples, [3]float64{high + band*k/shelfQ + k*k, 2 * (k*k - high), high - band*k/shelfQ + k*k},
		[3]float64{1 + k/shelfQ + k*k, 2 * (k*k - 1), 1 - k/shelfQ + k*k})
	k = math.Tan(math.Pi * passHertz / rate)
	norm := 1 + k/passQ + k*k // b is not divided by it there
	return filter(out, [3]float64{norm, -2 * norm, norm}, [3]float64{norm, 2 * (k*k - 1), 1 - k/passQ + k*k})
}

// filter is a filter of the second order, by its numerator b and its denominator a.
func filter(in []float64, b, a [3]float64) []float64 {
	out := make([]float64, len(in))
	var x1, x2, y1, y2 float64
	for i, x := range in {
		y := (b[0]*x + b[1]*x1 + b[2]*x2 - a[1]*y1 - a[2]*y2) / a[0]
		x1, x2, y1, y2 = x, x1, y, y1
		out[i] = y
	}
	return out
}

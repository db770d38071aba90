package voice

import (
	"math"
	"time"
)

// narrow is what the telephone network carries, wide what a browser and a good handset can carry, in samples a second.
const (
	narrow = 8_000
	wide   = 16_000
)

// sound is samples at full scale 1, of one channel.
type sound struct {
	samples []float64
	rate    int
}

// All speech is as loud, so that a digit is as loud as the sentence around it. No sample goes above the peak, which leaves A-law its headroom.
const (
	// Target is what every clip has, in LUFS, as its loudness is measured here, and Tolerance what may be missing to it: short words have sharp peaks.
	Target    = -19.0
	Tolerance = 1.4

	speechPeak = 0.7                   // -3 dB, full scale 1
	speechKnee = 0.45                  // what is above is compressed
	silence    = 0.01                  // what is quieter (-40 dB) at either end is cut off
	lead       = 20 * time.Millisecond // stays before the first sound
	trail      = 80 * time.Millisecond // stays after the last, as the gap to the next clip
)

// codeSlot is what each digit of a code takes, in every language: no digit of espeak-ng is longer.
const codeSlot = 700 * time.Millisecond

// samplesOf is the number of samples of a time.
func samplesOf(d time.Duration, rate int) int { return int(d * time.Duration(rate) / time.Second) }

// resample brings sound to another rate by a windowed sinc that cuts off at 0.45 of the lower rate: 3.6 kHz for the telephone's band, which ends at
// 3.4 kHz.
func (s sound) resample(to int) sound {
	if s.rate == to {
		return s
	}
	const zeros = 16 // crossings of the sinc on each side
	cutoff := 0.45 * float64(min(s.rate, to)) / float64(s.rate)
	reach := zeros / (2 * cutoff)
	// Output i lies at input i·down/up, so there are only so many places between two input samples.
	down, up := lowestTerms(s.rate, to)
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
	out := make([]float64, len(s.samples)*up/down)
	for i := range out {
		first := i*down/up - int(reach)
		from, end := max(first, 0), min(first+taps, len(s.samples))
		out[i] = product(s.samples[from:end], phases[i*down%up][from-first:])
	}
	return sound{out, to}
}

// product is the scalar product of samples with as many weights. The race detector is kept out of it: it is where rendering spends its time, and a
// thousand clips are rendered in the tests.
//
//go:norace
func product(samples, weights []float64) float64 {
	sum := 0.0
	weights = weights[:len(samples)]
	for i, sample := range samples {
		sum += sample * weights[i]
	}
	return sum
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
func (s sound) trim() sound {
	first, last := -1, 0 // last is one past the last
	for i, sample := range s.samples {
		if math.Abs(sample) > silence {
			if first < 0 {
				first = i
			}
			last = i + 1
		}
	}
	if first < 0 {
		return sound{rate: s.rate}
	}
	behind := last + samplesOf(trail, s.rate)
	start, end := max(first-samplesOf(lead, s.rate), 0), min(behind, len(s.samples))
	return sound{append(s.samples[start:end:end], make([]float64, behind-end)...), s.rate}
}

func (s sound) length() time.Duration {
	return time.Duration(len(s.samples)) * time.Second / time.Duration(s.rate)
}

// padded is at least so long, with silence behind it.
func (s sound) padded(d time.Duration) sound {
	return sound{append(s.samples[:len(s.samples):len(s.samples)], make([]float64, max(samplesOf(d, s.rate)-len(s.samples), 0))...), s.rate}
}

// quiet is silence.
func quiet(d time.Duration, rate int) sound { return sound{make([]float64, samplesOf(d, rate)), rate} }

// level makes speech as loud as all other speech. Peaks are rounded off rather than that a word with a sharp one stays quiet.
func (s sound) level() sound {
	gain := math.Pow(10, (Target-s.loudness())/20)
	out := make([]float64, len(s.samples))
	for i, sample := range s.samples {
		size := math.Abs(sample * gain)
		if size > speechKnee {
			size = speechKnee + (speechPeak-speechKnee)*math.Tanh((size-speechKnee)/(speechPeak-speechKnee))
		}
		out[i] = math.Copysign(size, sample)
	}
	return sound{out, s.rate}
}

// loudness is that of speech in LUFS by ITU-R BS.1770-5 (EBU R 128): K-weighted energy over the blocks that are not 10 dB quieter than the mean. A word
// may be shorter than the 400 ms of a block there, so a block has 100 ms. Silence has the loudness that speech is to have.
func (s sound) loudness() float64 {
	const absolute = 1e-7 // -70 LUFS
	block, hop := s.rate/10, s.rate/40
	weighted := weigh(s)
	var energies []float64
	for from := 0; from == 0 || from+block <= len(weighted); from += hop {
		var sum float64
		for _, sample := range weighted[from:min(from+block, len(weighted))] {
			sum += sample * sample
		}
		energies = append(energies, sum/float64(block))
	}
	gate := max(absolute, meanAbove(energies, absolute)/10)
	mean := meanAbove(energies, gate)
	if mean == 0 {
		return Target
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
func weigh(s sound) []float64 {
	const shelfHertz, shelfGain, shelfQ = 1681.974, 3.99984, 0.707175
	const passHertz, passQ = 38.13547, 0.500327
	k := math.Tan(math.Pi * shelfHertz / float64(s.rate))
	high := math.Pow(10, shelfGain/20)
	band := math.Pow(high, 0.49966)
	out := filter(s.samples, [3]float64{high + band*k/shelfQ + k*k, 2 * (k*k - high), high - band*k/shelfQ + k*k},
		[3]float64{1 + k/shelfQ + k*k, 2 * (k*k - 1), 1 - k/shelfQ + k*k})
	k = math.Tan(math.Pi * passHertz / float64(s.rate))
	norm := 1 + k/passQ + k*k // b is not divided by it there
	return filter(out, [3]float64{norm, -2 * norm, norm}, [3]float64{norm, 2 * (k*k - 1), 1 - k/passQ + k*k})
}

// filter is a filter of the second order, by its numerator b and its denominator a.
//
//go:norace
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

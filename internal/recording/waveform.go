package recording

import (
	"io"
	"time"
)

// Waveform is how loud both sides of a kept recording are over its length: for each of so many equal parts of it the loudest sample of each
// side, in percent of the loudest that there can be, in the order of [Sides]. [ErrForm]; or what reading fails with.
func Waveform(kept io.Reader, length time.Duration, parts int) (sides [2][]int, err error) {
	samples, err := SamplesOf(kept, 0)
	if err != nil {
		return sides, err
	}
	whole := max(SamplesIn(length), 1)
	for i := range sides {
		sides[i] = make([]int, parts)
	}
	for at := int64(0); ; {
		read, err := samples.Read(rate / 10)
		if err != nil || len(read[0]) == 0 {
			return sides, err
		}
		for i, side := range read {
			for n, sample := range side {
				part := min((at+int64(n))*int64(parts)/whole, int64(parts)-1)
				sides[i][part] = max(sides[i][part], percent(sample))
			}
		}
		at += int64(len(read[0]))
	}
}

// percent is how loud a sample is.
func percent(sample int16) int {
	const loudest = 32124 // of G.711 μ-law, the one that it is kept in
	loud := int(sample)
	if loud < 0 {
		loud = -loud
	}
	return loud * 100 / loudest
}

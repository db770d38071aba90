package transcript

import (
	"io"
	"math"
	"time"

	"okno/internal/recording"
)

// A recording is written down in pieces, so that a job is short, and goes on where another was killed. A piece ends where both sides are at
// their quietest within its last seconds: a word that is cut is two wrong ones.
const (
	longestPiece  = 20 * time.Second
	shortestPiece = 14 * time.Second // but at the end
	frame         = 100 * time.Millisecond
)

// loud is the mean level of a frame, of 32,767, above which somebody may speak: about -50 dB. What is quieter is not sent to the engine,
// which would hear words in the noise of a line.
const loud = 100

// source gives up to so many samples of both sides, fewer at the end. [recording.Samples] is one.
type source interface {
	Read(most int) (sides [2][]int16, err error)
}

// pieces cuts a recording.
type pieces struct {
	from source
	left [2][]int16 // of what was read, behind the last piece
}

// next gives both sides of the next piece, at most [longestPiece] of them. io.EOF at the end.
func (p *pieces) next() (piece [2][]int16, err error) {
	most := int(recording.SamplesIn(longestPiece))
	more, err := p.from.Read(most - len(p.left[0]))
	if err != nil {
		return piece, err
	}
	for i := range p.left {
		p.left[i] = append(p.left[i], more[i]...)
	}
	n := len(p.left[0])
	if n == 0 {
		return piece, io.EOF
	}
	if n == most {
		n = cut(p.left)
	}
	for i := range piece {
		piece[i], p.left[i] = p.left[i][:n:n], p.left[i][n:]
	}
	return piece, nil
}

// cut gives the samples before the middle of the quietest frame; of equal ones the last.
func cut(sides [2][]int16) int {
	size := int(recording.SamplesIn(frame))
	best, quietest := len(sides[0]), math.MaxFloat64
	for at := int(recording.SamplesIn(shortestPiece)); at+size <= len(sides[0]); at += size {
		if l := level(sides[0][at:at+size]) + level(sides[1][at:at+size]); l <= quietest {
			best, quietest = at+size/2, l
		}
	}
	return best
}

// level is the root mean square of samples.
func level(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(max(len(samples), 1)))
}

// silent says that nobody speaks in any frame.
func silent(side []int16) bool {
	size := int(recording.SamplesIn(frame))
	for at := 0; at < len(side); at += size {
		if level(side[at:min(at+size, len(side))]) > loud {
			return false
		}
	}
	return true
}

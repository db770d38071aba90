package report

import (
	"fmt"
	"strings"

	"okno/internal/dialogue"
)

// Unit is what a figure is in.
type Unit string

// The units.
const (
	Number  Unit = "number"
	Share   Unit = "share"   // 0 to 1
	Seconds Unit = "seconds" // of counts in milliseconds
)

// Text is a text in all languages.
type Text map[dialogue.Language]string

// Figure is what is shown. It is computed of counts: the sum of Of, over the sum of Over where there is one. A name with a minus is
// subtracted.
type Figure struct {
	Name       string
	Unit       Unit
	Of, Over   []string
	Quantile   float64 // of the histogram of waits, instead of Of and Over: the upper bound of the bucket
	Title      Text
	Definition Text
}

// Value computes the figure; false: there is nothing to compute it of.
func (f Figure) Value(c Counts) (float64, bool) {
	if f.Quantile > 0 {
		return c.waitQuantile(f.Quantile)
	}
	value := float64(c.sum(f.Of))
	if f.Unit == Seconds {
		value /= 1000
	}
	if len(f.Over) == 0 {
		return value, true
	}
	over := c.sum(f.Over)
	if over <= 0 {
		return 0, false
	}
	return value / float64(over), true
}

// Formula says how the figure is computed, in the names of counts.
func (f Figure) Formula() string {
	switch {
	case f.Quantile > 0:
		return fmt.Sprintf("quantile %g of wait_le_5 … wait_longer", f.Quantile)
	case len(f.Over) == 0:
		return terms(f.Of)
	}
	return bracketed(f.Of) + " / " + bracketed(f.Over)
}

func bracketed(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "(" + terms(names) + ")"
}

func terms(names []string) string {
	return strings.ReplaceAll(strings.Join(names, " + "), "+ -", "- ")
}

// names are the counts that the figure needs.
func (f Figure) names() []string {
	var all []string
	for _, list := range [][]string{f.Of, f.Over} {
		for _, name := range list {
			all = append(all, strings.TrimPrefix(name, "-"))
		}
	}
	if f.Quantile > 0 {
		all = append(all, waitBuckets()...)
	}
	return all
}

func (c Counts) sum(names []string) int64 {
	var n int64
	for _, name := range names {
		if less, ok := strings.CutPrefix(name, "-"); ok {
			n -= c[less]
		} else {
			n += c[name]
		}
	}
	return n
}

// waitBuckets are the names of the histogram of waits, the shortest first.
func waitBuckets() []string {
	names := make([]string, 0, len(waitBounds)+1)
	for _, bound := range waitBounds {
		names = append(names, fmt.Sprintf("wait_le_%d", bound))
	}
	return append(names, "wait_longer")
}

// waitQuantile gives the bound, in seconds, within which so large a share was answered. False: nobody was, or the bound is not known,
// because more waited longer than the last.
func (c Counts) waitQuantile(share float64) (float64, bool) {
	buckets := waitBuckets()
	all := c.sum(buckets)
	var n int64
	for i, bound := range waitBounds {
		if n += c[buckets[i]]; all > 0 && float64(n) >= share*float64(all) {
			return float64(bound), true
		}
	}
	return 0, false
}

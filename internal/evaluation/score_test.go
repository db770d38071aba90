package evaluation_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/evaluation"
)

func TestScore(t *testing.T) {
	t.Parallel()
	yes := func(weight int) evaluation.Question {
		return evaluation.Question{Kind: evaluation.YesNo, Weight: weight, Optional: true}
	}
	five := func(weight int) evaluation.Question {
		return evaluation.Question{Kind: evaluation.Scale, Weight: weight, Optional: true}
	}
	critical := yes(1)
	critical.Critical = true
	type q = []evaluation.Question
	type a = []evaluation.Value
	for _, c := range []struct {
		why       string
		questions q
		answers   a
		want      string
	}{
		{"all is well", q{yes(1), five(3)}, a{"yes", "5"}, "100 true"},
		{"nothing is", q{yes(1), five(3)}, a{"no", "1"}, "0 true"},
		{"weights count", q{yes(1), yes(3)}, a{"yes", "no"}, "25 true"},
		{"the middle of the scale", q{five(7)}, a{"3"}, "50 true"},
		{"a third is rounded down", q{yes(1), yes(2)}, a{"yes", "no"}, "33 true"},
		{"two thirds are rounded up", q{yes(1), yes(2)}, a{"no", "yes"}, "67 true"},
		{"a half is rounded up", q{yes(1), yes(7)}, a{"yes", "no"}, "13 true"}, // 12.5
		{"what does not apply leaves its weight out", q{yes(1), yes(99)}, a{"yes", "not_applicable"}, "100 true"},
		{"nothing applies", q{yes(1), five(1)}, a{"not_applicable", "not_applicable"}, "0 false"},
		{"a critical no makes it 0", q{critical, yes(99)}, a{"no", "yes"}, "0 true"},
		{"a critical yes makes nothing", q{critical, yes(99)}, a{"yes", "no"}, "1 true"},
		{"a critical question that does not apply", q{critical, yes(1)}, a{"not_applicable", "yes"}, "100 true"},
	} {
		percent, scored := evaluation.Score(c.questions, c.answers)
		require.Equal(t, c.want, fmt.Sprint(percent, scored), c.why)
	}
}

// A score lies between 0 and 100, a better answer never lowers it, and a question that does not apply counts as if it were not there.
func TestScoreProperties(t *testing.T) {
	t.Parallel()
	better := map[evaluation.Value]evaluation.Value{"no": "yes", "1": "2", "2": "3", "3": "4", "4": "5"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "questions")
		questions, answers := make([]evaluation.Question, n), make([]evaluation.Value, n)
		for i := range n {
			q := evaluation.Question{Kind: rapid.SampledFrom([]evaluation.Kind{evaluation.YesNo, evaluation.Scale}).Draw(t, "kind"),
				Weight: rapid.IntRange(1, 100).Draw(t, "weight"), Optional: true}
			q.Critical = q.Kind == evaluation.YesNo && rapid.Bool().Draw(t, "critical")
			values := []evaluation.Value{"yes", "no", "not_applicable"}
			if q.Kind == evaluation.Scale {
				values = []evaluation.Value{"1", "2", "3", "4", "5", "not_applicable"}
			}
			questions[i], answers[i] = q, rapid.SampledFrom(values).Draw(t, "answer")
			require.True(t, q.Takes(answers[i]))
		}
		score, scored := evaluation.Score(questions, answers)
		require.GreaterOrEqual(t, score, 0)
		require.LessOrEqual(t, score, 100)
		require.Equal(t, slices.ContainsFunc(answers, func(v evaluation.Value) bool { return v != evaluation.NotApplicable }), scored)

		at := rapid.IntRange(0, n-1).Draw(t, "at")
		if raised, ok := better[answers[at]]; ok {
			other := slices.Clone(answers)
			other[at] = raised
			higher, _ := evaluation.Score(questions, other)
			require.GreaterOrEqual(t, higher, score)
		}
		left := slices.Clone(answers)
		left[at] = evaluation.NotApplicable
		some, ok := evaluation.Score(questions, left)
		less, okToo := evaluation.Score(slices.Delete(slices.Clone(questions), at, at+1), slices.Delete(left, at, at+1))
		require.Equal(t, fmt.Sprint(less, okToo), fmt.Sprint(some, ok))
	})
}

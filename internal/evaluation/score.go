package evaluation

import "slices"

// Value is the answer to a question.
type Value string

// The values. Those of a scale are "1" to "5".
const (
	Yes           Value = "yes"
	No            Value = "no"
	NotApplicable Value = "not_applicable"
)

// most is the points of the best answer: a yes, or a 5.
const most = 4

var scale = []Value{"1", "2", "3", "4", "5"}

// points gives those of an answer, 0 to most. False: it is no answer to the question, or the question does not apply.
func (q Question) points(v Value) (int, bool) {
	if q.Kind == Scale {
		n := slices.Index(scale, v)
		return n, n >= 0
	}
	switch v {
	case Yes:
		return most, true
	case No:
		return 0, true
	}
	return 0, false
}

// Takes says whether a question can be answered so.
func (q Question) Takes(v Value) bool {
	_, answered := q.points(v)
	return answered || q.Optional && v == NotApplicable
}

// Score gives the share of the weights that the answers have earned, in percent, rounded half up; there is an answer to each question. A question
// that does not apply leaves its weight out, and a critical one that is answered by no makes the whole 0. False: no question applies.
func Score(questions []Question, answers []Value) (percent int, scored bool) {
	earned, whole := 0, 0
	failed := false
	for i, q := range questions {
		n, applies := q.points(answers[i])
		if !applies {
			continue
		}
		earned += n * q.Weight
		whole += most * q.Weight
		failed = failed || q.Critical && n == 0
	}
	switch {
	case whole == 0:
		return 0, false
	case failed:
		return 0, true
	}
	return (200*earned + whole) / (2 * whole), true
}

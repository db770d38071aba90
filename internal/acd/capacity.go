package acd

import "okno/internal/fault"

// The bounds of an agent's capacity, in points: a conversation by SMS costs 20 and a call 100, and nobody talks on two calls at once.
const (
	leastCapacity = 20
	mostCapacity  = 199
)

// CheckCapacity says whether an agent may have a capacity.
func CheckCapacity(points int) error {
	if points < leastCapacity || points > mostCapacity {
		return &fault.Error{Kind: fault.Invalid, Field: "capacity", Text: "a capacity is from 20 points, a conversation by SMS, to 199, a call and four of them"}
	}
	return nil
}

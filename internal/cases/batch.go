package cases

import (
	"slices"
	"time"

	"okno/internal/fault"
)

// BatchDelay is how long the order to move cases together can be taken back.
const BatchDelay = 10 * time.Second

// MostInBatch is how many cases are moved together.
const MostInBatch = 200

// Batch is an order to move cases together, for one reason.
type Batch struct {
	ID      int64
	Agent   int64
	At      time.Time
	DueAt   time.Time // until then it can be taken back
	State   BatchState
	To      State
	Why     string
	Cases   []InBatch
	Results map[string]BatchResult // by number, of the cases that were tried
}

// InBatch is a case of a batch, in the state in which the agent saw it.
type InBatch struct {
	Number string `json:"number"`
	From   State  `json:"from"`
}

// BatchState is where a batch stands.
type BatchState string

// The states of a batch.
const (
	BatchPending BatchState = "pending" // it can be taken back
	BatchMoving  BatchState = "moving"
	BatchDone    BatchState = "done"
	BatchUndone  BatchState = "undone"
)

// BatchResult is what came of a case in a batch.
type BatchResult string

// The results.
const (
	BatchMoved   BatchResult = ""
	BatchOther   BatchResult = "not_yours"  // it is in other hands by now
	BatchChanged BatchResult = "case_moved" // it is in another state than the agent saw
	BatchNoWay   BatchResult = "no_way"     // no way goes there from its state
	BatchUnknown BatchResult = "no_case"
)

// The refusals. Each is safe to show.
var (
	ErrBatch error = &fault.Error{Kind: fault.Invalid, Field: "cases", Text: "1 to 200 cases, each once"}
	// ErrBatchDone says that a batch can no longer be taken back, or is somebody else's.
	ErrBatchDone error = &fault.Error{Kind: fault.Conflict, Text: "the cases are being moved already"}
)

// Check says whether the batch can be ordered. [ErrBatch], [ErrMove] where no way goes from a state that was seen.
func (b Batch) Check() error {
	seen := map[string]bool{}
	for _, c := range b.Cases {
		if c.Number == "" || seen[c.Number] {
			return ErrBatch
		}
		seen[c.Number] = true
		if !slices.Contains(c.From.Next(), b.To) {
			return ErrMove
		}
	}
	if len(b.Cases) == 0 || len(b.Cases) > MostInBatch {
		return ErrBatch
	}
	return nil
}

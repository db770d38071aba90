package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"okno/internal/cases"
	"okno/internal/client"
	"okno/internal/exchange"
	"okno/internal/fault"
)

// Exchange takes what agencies report.
type Exchange interface {
	// Take takes events, all of them or none, and gives a receipt for each in their order.
	Take(ctx context.Context, agency string, events []exchange.Event) ([]exchange.Receipt, error)
}

var errAgency error = &fault.Error{Kind: fault.Forbidden, Text: "this client reports for another agency"}

// mostEvents bounds the body of a request with events.
const mostEvents = 1 << 20

func (a *API) takeEvents(w http.ResponseWriter, r *http.Request, from client.Client) error {
	if r.PathValue("agency") != from.Agency {
		return errAgency
	}
	var body struct {
		Events []struct {
			Key      string      `json:"key"`
			Case     string      `json:"case"`
			Sequence int64       `json:"sequence"`
			State    cases.State `json:"state"`
			DueOn    string      `json:"due_on"`
			Place    int         `json:"place"`
			At       time.Time   `json:"at"`
			Reason   string      `json:"reason"`
		} `json:"events"`
	}
	if err := readUpTo(w, r, mostEvents, &body); err != nil {
		return err
	}
	events := make([]exchange.Event, len(body.Events))
	for i, e := range body.Events {
		events[i] = exchange.Event{Key: e.Key, Case: e.Case, Sequence: e.Sequence, State: e.State, At: e.At, Reason: e.Reason, Place: e.Place}
		if e.DueOn == "" {
			continue
		}
		due, err := time.Parse(time.DateOnly, e.DueOn)
		if err != nil {
			return &fault.Error{Kind: fault.Invalid, Field: fmt.Sprintf("events[%d].due_on", i), Text: "a date, YYYY-MM-DD"}
		}
		events[i].DueOn = due
	}
	receipts, err := a.exchange.Take(r.Context(), from.Agency, events)
	if err != nil {
		return err
	}
	list := make([]map[string]any, len(receipts))
	for i, receipt := range receipts {
		list[i] = map[string]any{"key": receipt.Key, "outcome": receipt.Outcome, "explanation": receipt.Explanation, "state": receipt.State}
	}
	return write(w, http.StatusOK, map[string]any{"receipts": list})
}

package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"okno/internal/cases"
	"okno/internal/dialogue"
	"okno/internal/money"
)

// The kinds of questions. An agency answers at its endpoint, in the response to a signed request.
const (
	CaseAsked = "case.asked" // where a case stands
	FeesAsked = "fees.asked" // what is to be paid for a case, or by a citizen
)

// Question is something an agency is asked while a citizen waits.
type Question struct {
	ID          int64
	Kind        string
	Agency      string
	Interaction int64
	Effect      string // of the dialogue that waits
	CaseID      int64  // 0: the question is not about a case
	CitizenID   int64  // 0: nor about a citizen
	AskedAt     time.Time
	Until       time.Time // the citizen waits no longer
}

// Wait is how long a citizen on the telephone waits for an agency.
const Wait = 2 * time.Second

// Asked is the body of a question.
type Asked struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      AskedData `json:"data"`
}

// AskedData is what a question is about.
type AskedData struct {
	Case           string `json:"case,omitempty"`
	NationalNumber string `json:"national_number,omitempty"`
	Fee            string `json:"fee,omitempty"` // of FeesAsked: this one alone
}

// Fee is something to be paid, as an agency tells it.
type Fee struct {
	ID      string                       `json:"id"` // the agency's own
	What    map[dialogue.Language]string `json:"what"`
	Amount  money.Amount                 `json:"amount"` // "1500.00 KZT"
	DueOn   string                       `json:"due_on,omitempty"`
	PayURL  string                       `json:"pay_url,omitempty"`
	Paid    bool                         `json:"paid,omitempty"`
	Agency  string                       `json:"-"`
	dueDate time.Time
}

// Answer is what an agency answers: to CaseAsked where the case stands, in the form of an event, to FeesAsked what is to be paid.
type Answer struct {
	State    cases.State `json:"state,omitempty"`
	Sequence int64       `json:"sequence,omitempty"`
	DueOn    string      `json:"due_on,omitempty"`
	At       time.Time   `json:"at,omitzero"`
	Reason   string      `json:"reason,omitempty"`
	Place    int         `json:"place,omitempty"`
	Fees     []Fee       `json:"fees,omitempty"`
}

// mostFees is how many fees an answer may hold.
const mostFees = 50

// ReadAnswer reads what an agency answered to a question. Its errors say what is wrong, and nothing of what was answered.
func ReadAnswer(kind string, body []byte) (a Answer, err error) {
	if json.Unmarshal(body, &a) != nil {
		return a, errors.New("the answer is no JSON of the form that was asked for")
	}
	if kind == CaseAsked {
		return a, nil // the event is checked as it is taken
	}
	if len(a.Fees) > mostFees {
		return a, fmt.Errorf("more than %d fees", mostFees)
	}
	for i := range a.Fees {
		if err := a.Fees[i].check(); err != nil {
			return a, fmt.Errorf("fees[%d].%w", i, err)
		}
	}
	return a, nil
}

func (f *Fee) check() (err error) {
	switch {
	case f.ID == "" || len(f.ID) > 100:
		return errors.New("id: 1 to 100 bytes")
	case f.Amount.Minor <= 0:
		return errors.New("amount: more than nothing, like 1500.00 KZT")
	case f.PayURL != "" && CheckURL(f.PayURL) != nil:
		return errors.New("pay_url: https://host/path")
	}
	for _, l := range dialogue.Languages {
		if letters := len([]rune(f.What[l])); letters == 0 || letters > 100 {
			return fmt.Errorf("what.%s: 1 to 100 letters", l)
		}
	}
	if f.DueOn != "" {
		if f.dueDate, err = time.Parse(time.DateOnly, f.DueOn); err != nil {
			return errors.New("due_on: YYYY-MM-DD")
		}
	}
	return nil
}

// Event is the answer to CaseAsked as an event of the agency: answered again, it is the same event.
func (a Answer) Event(number string) (e Event, err error) {
	e = Event{Key: fmt.Sprintf("answer:%s:%d", number, a.Sequence), Case: number, Sequence: a.Sequence, State: a.State, At: a.At, Reason: a.Reason, Place: a.Place}
	if a.DueOn != "" {
		if e.DueOn, err = time.Parse(time.DateOnly, a.DueOn); err != nil {
			err = errors.New("due_on: YYYY-MM-DD")
		}
	}
	return e, err
}

// Answers are what became of the questions of an effect.
type Answers struct {
	Open     int // still waited for
	Answered int
	Failed   int // or not answered in time
	Fees     []Fee
}

package evaluation

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/fault"
)

const (
	// Changeable is how long whoever evaluated a contact may change that, unless the agent has answered.
	Changeable = 24 * time.Hour
	// Latest is how long after its end a contact may be evaluated.
	Latest = 30 * 24 * time.Hour
	// Sampled is how far back the contacts lie out of which the next one is drawn.
	Sampled = 7 * 24 * time.Hour

	mostRemark = 1000 // letters
)

// Answer is what was said of a question.
type Answer struct {
	Value  Value  `json:"value"`
	Remark string `json:"remark,omitempty"`
}

// Filled is a form as it was filled in.
type Filled struct {
	Answers []Answer `json:"answers"` // one for each question
	Remark  string   `json:"remark,omitempty"`
}

// Reply is what the agent says to it, once.
type Reply struct {
	Agreed bool   `json:"agreed"`
	Remark string `json:"remark,omitempty"`
}

// Subject is a contact that is over, with the agent who served it.
type Subject struct {
	Contact     int64
	Interaction int64
	Citizen     int64 // 0: not known
	Queue       string
	Channel     string
	At          time.Time // the two were connected
	Agent       int64
	AgentName   string
	Late        bool // it is over for longer than Latest
}

// Evaluation is that of a contact.
type Evaluation struct {
	Subject
	Form       Form // in the version by which it was made; its queues are not given
	By         int64
	ByName     string
	At         time.Time
	Score      int
	Scored     bool      // a question applied
	Filled     Filled    // no answers: erased, with the citizen
	RepliedAt  time.Time // zero: the agent has not
	Reply      Reply
	Changeable bool // by whoever made it
}

// Check tidies what was filled in, and says what is wrong with it.
func (f *Filled) Check(questions []Question) (err error) {
	if len(f.Answers) != len(questions) {
		return invalid("answers", fmt.Sprintf("%d questions have %d answers", len(questions), len(f.Answers)))
	}
	for i, q := range questions {
		a, field := &f.Answers[i], fmt.Sprintf("answers.%d", i)
		if !q.Takes(a.Value) {
			return invalid(field, "this is no answer to the question")
		}
		if a.Remark, err = remark(field, a.Remark); err != nil {
			return err
		}
	}
	f.Remark, err = remark("remark", f.Remark)
	return err
}

// Check tidies a reply. Whoever does not agree says why.
func (r *Reply) Check() (err error) {
	if r.Remark, err = remark("remark", r.Remark); err == nil && !r.Agreed && r.Remark == "" {
		err = invalid("remark", "say what you do not agree with")
	}
	return err
}

func remark(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > mostRemark {
		return "", invalid(field, fmt.Sprintf("a remark has %d letters at most", mostRemark))
	}
	return text, nil
}

// Score gives what the answers come to.
func (f Filled) Score(questions []Question) (percent int, scored bool) {
	values := make([]Value, len(f.Answers))
	for i, a := range f.Answers {
		values[i] = a.Value
	}
	return Score(questions, values)
}

// The refusals. Each is safe to show.
var (
	ErrNoForm  error = &fault.Error{Kind: fault.Conflict, Text: "no form is for the queue of this contact"}
	ErrForm    error = &fault.Error{Kind: fault.Conflict, Text: "the form has changed meanwhile"}
	ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "the contact was not evaluated"}
	ErrSettled error = &fault.Error{Kind: fault.Conflict, Text: "it cannot be changed any more"}
	ErrOther   error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has evaluated the contact"}
	ErrReplied error = &fault.Error{Kind: fault.Conflict, Text: "it is answered already"}
	ErrErased  error = &fault.Error{Kind: fault.Conflict, Text: "what was said is erased"}
)

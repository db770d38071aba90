// Package notification sends notices of clients to citizens by SMS: one by itself, or a list of up to [MostRecipients] by a template. It
// checks a whole list before anything of it is kept, says what it will cost, and hands it to the lane of notices in batches. The package
// knows no HTTP and no storage.
package notification

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/money"
)

// The limits.
const (
	MostRecipients = 100_000
	MostBody       = 16 << 20 // bytes of a list
	MostText       = 2_000    // letters of a template
	MostSegments   = 10       // of a message
	Ahead          = 30 * 24 * time.Hour
	DraftLifetime  = 7 * 24 * time.Hour // a list that nobody starts is given up then
)

// State is where a list stands.
type State string

// The states of lists: draft → running → finished, or stopped by the client.
const (
	Draft    State = "draft"
	Running  State = "running"
	Stopped  State = "stopped"
	Finished State = "finished"
)

// Standing is where one message stands.
type Standing string

// The states of messages, as clients see them.
const (
	Queued      Standing = "queued"
	Sent        Standing = "sent" // an operator has it
	Delivered   Standing = "delivered"
	Failed      Standing = "failed"
	StoppedOne  Standing = "stopped" // by the client, before it was submitted
	Skipped     Standing = "skipped" // the citizen wants no notices
	Unreachable Standing = "unreachable"
)

// Errors that clients are told.
var (
	ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "there is no such list or message of this client"}
	ErrBudget        = errors.New("the client has sent as many notices today as it may")
	ErrBusy    error = &fault.Error{Kind: fault.Unavailable, Text: "other lists are being read: try again in some seconds"}
	ErrEnded   error = &fault.Error{Kind: fault.Invalid, Field: "id", Text: "the list was stopped or has ended, and cannot be started"}
)

// Settings are what a client may send. They are part of the client.
type Settings struct {
	Day          int      // notices a day, in UTC; 0: no limit
	Destinations []string // first digits of numbers; none: the region's mobile numbers
	Price        string   // of a segment, "12.50 KZT"; "": nobody has said
}

// Check says what is wrong with the settings of a client, or nil.
func (s Settings) Check() error {
	if s.Day < 0 {
		return errors.New("notices: day is less than nothing")
	}
	for _, d := range s.Destinations {
		if len(d) < 2 || len(d) > 15 || strings.Trim(d, "0123456789") != "" || d[0] == '0' {
			return errors.New("notices: destinations are the first digits of numbers, with the country's and without a plus")
		}
	}
	if s.Price != "" {
		if _, err := money.Parse(s.Price); err != nil {
			return fmt.Errorf("notices: price: %w", err)
		}
	}
	return nil
}

// Recipient is a citizen to whom a message goes: by a number, or by a national number to the number that is bound to its citizen.
type Recipient struct {
	Number         string            `json:"number"`
	NationalKind   string            `json:"national_kind"`
	NationalNumber string            `json:"national_number"`
	Language       dialogue.Language `json:"language"`
	Parameters     map[string]string `json:"parameters"`
}

// Order is what is sent, to whomever.
type Order struct {
	Text      string                       `json:"text"`  // in whatever language, or
	Texts     map[dialogue.Language]string `json:"texts"` // by language
	Language  dialogue.Language            `json:"language"`
	NotBefore time.Time                    `json:"not_before"`
	ExpiresAt time.Time                    `json:"expires_at"`
	Start     bool                         `json:"start"`
}

// Message is one that was checked and rendered.
type Message struct {
	Number         string // "": by the national number
	NationalKind   string
	NationalNumber string
	Text           string
	Segments       int
}

// Share is how many messages there are in a language and an encoding.
type Share struct {
	Language dialogue.Language `json:"language"`
	Encoding string            `json:"encoding"` // "gsm" or "ucs2"
	Messages int               `json:"messages"`
	Segments int               `json:"segments"`
}

// Estimate is what sending costs, if everything is sent.
type Estimate struct {
	Messages int           `json:"messages"`
	Segments int           `json:"segments"`
	Price    *money.Amount `json:"price,omitempty"` // nil: the client has no price, or the sum is too great
	By       []Share       `json:"by"`
}

// List is a list as it stands.
type List struct {
	ID         int64
	PublicID   string
	Client     string
	State      State
	Recipients int
	Estimate   Estimate
	NotBefore  time.Time
	ExpiresAt  time.Time
	CreatedAt  time.Time
	StartedAt  time.Time
	StoppedAt  time.Time
	FinishedAt time.Time
	Counts     map[Standing]int // of its messages
}

// One is one message as it stands.
type One struct {
	PublicID  string
	List      string // its list's public id, or ""
	Nth       int
	State     Standing
	Reason    string // of a failure: undeliverable, expired, refused, unknown
	Segments  int
	CreatedAt time.Time
}

// Ended is a message by itself that is over.
type Ended struct {
	Client string
	One    One
}

package exchange

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	"okno/internal/cases"
	"okno/internal/fault"
	"okno/internal/outbound"
)

// Endpoint is where an agency takes what Okno tells it.
type Endpoint struct {
	Agency  string
	URL     string
	Secrets []string // "whsec_" and base64, the newest first: each signs
	Paused  bool
	Answers bool // it answers questions while citizens wait

	// Of an agency with files, whose URL is of a folder, file:///dir or sftp://user@host/dir:
	Files      bool
	Every      time.Duration // how long a delivery waits for others to share its file
	Key        string        // private, by which SFTP logs in, PEM
	KnownHosts string        // of the SFTP server, in the form of OpenSSH
}

// secretBytes is the length of a signing secret: 256 bits.
const secretBytes = 32

// NewSecret makes a signing secret in the form of Standard Webhooks.
func NewSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// CheckURL says what is wrong with the address of an endpoint: off this machine it is https.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return &fault.Error{Kind: fault.Invalid, Field: "url", Text: "https://host/path"}
	}
	if !outbound.Secure(u) {
		return &fault.Error{Kind: fault.Invalid, Field: "url", Text: "off this machine it has to be https"}
	}
	return nil
}

// The events that an agency is told of.
const (
	CaseOpened = "case.opened"
	CaseMoved  = "case.moved" // by the citizen, by an operator
)

// Told says whether an agency is told of a case at all: what it has to answer.
func Told(c cases.Case) bool {
	return c.Agency != "" && (c.Kind == cases.Application || c.Kind == cases.Appeal || c.Kind == cases.Inquiry || c.Kind == cases.QueuePlace)
}

// Message is the body of a delivery.
type Message struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      MessageCase `json:"data"`
}

// MessageCase is a case as its agency is told of it.
type MessageCase struct {
	Case    string      `json:"case"`
	Kind    cases.Kind  `json:"kind"`
	Service string      `json:"service,omitempty"`
	State   cases.State `json:"state"`
	Subject string      `json:"subject,omitempty"`
	Body    string      `json:"body,omitempty"`    // the whole text; only when the case is opened
	Contact string      `json:"contact,omitempty"` // E.164
	Opened  time.Time   `json:"opened_at"`

	DuplicateOf string `json:"duplicate_of,omitempty"` // number of the case that goes on in its place; when the case is merged
}

// NewMessage makes the message of a case.
func NewMessage(event string, c cases.Case, now time.Time) Message {
	told := MessageCase{Case: c.Number, Kind: c.Kind, Service: c.Service, State: c.State, Subject: c.Subject, Contact: c.Contact, Opened: c.OpenedAt.UTC()}
	if event == CaseOpened {
		told.Body = c.Body
	}
	return Message{Type: event, Timestamp: now.UTC(), Data: told}
}

// Delivery is something to be told to an agency.
type Delivery struct {
	ID        int64
	Agency    string
	Body      []byte // nil: its key was destroyed, and nobody is told any more
	CreatedAt time.Time
	Attempts  int  // that failed
	Earlier   bool // something of the same case waits before it
	Endpoint  *Endpoint
}

// MessageID names a delivery to the agency: whoever sees it twice has had it.
func (d Delivery) MessageID() string { return fmt.Sprintf("okno_%d", d.ID) }

// Attempt is what came of trying.
type Attempt struct {
	Problem   Problem // none: the agency took it
	Took      time.Duration
	Signature string
	SignedAt  time.Time
	Dead      bool // it is not tried again by itself
}

// Patience is how long a delivery is tried: over a long weekend.
const Patience = 3 * 24 * time.Hour

// backoff is the pause after each failed attempt; the last goes on.
var backoff = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
	4 * time.Hour, 6 * time.Hour}

// Pause is how long to wait after so many failed attempts.
func Pause(failed int) time.Duration { return backoff[min(max(failed, 1), len(backoff))-1] }

// DeliveryStore keeps deliveries.
type DeliveryStore interface {
	// DeliveryToMake gives a delivery that waits. ErrNoDelivery.
	DeliveryToMake(ctx context.Context, id int64) (Delivery, error)
	// NoteAttempt keeps what came of trying.
	NoteAttempt(ctx context.Context, id int64, a Attempt, at time.Time) error
}

// ErrNoDelivery says that there is nothing to be told under an id: it was delivered, or given up.
var ErrNoDelivery error = &fault.Error{Kind: fault.NotFound, Text: "there is no such delivery"}

// DeadLetter is a delivery that was given up, without what it says.
type DeadLetter struct {
	ID        int64
	Event     string
	Case      string // number
	Attempts  int
	Problem   Problem // of the last attempt
	CreatedAt time.Time
	LastAt    time.Time
}

// ErrNoSecret says that an agency's endpoint signs nothing.
var ErrNoSecret error = &fault.Error{Kind: fault.Invalid, Field: "agency", Text: "an agency with files has no signing secret"}

// Health is how an agency does: what it is told, and what it reports.
type Health struct {
	Agency   string
	Waiting  int
	Dead     int           // given up
	Oldest   time.Duration // that waits
	Problem  Problem       // of the newest failed attempt of what waits or was given up, or none
	Took     time.Duration // on average until it took something, of the last day; 0: it was told nothing
	Reported time.Time     // when it reported last; zero: never
}

package message

import (
	"encoding/json"
	"errors"
	"time"
)

// Order is what a person has ordered of a link, on all nodes and until the next order.
type Order string

// The orders. A paused link takes no new segments, and goes on hearing messages and receipts; a drained one has also unbound
// once what it had submitted is answered.
const (
	Open    Order = "open"
	Paused  Order = "paused"
	Drained Order = "drained"
)

// Orders lists them.
var Orders = []Order{Open, Paused, Drained}

// ErrNoLink is a link that no node has.
var ErrNoLink = errors.New("no node has such a link")

// Shares is how many equal parts the messages of a prefix are divided into, by a hash of the message.
const Shares = 1024

// Route is a part of the messages to a prefix: those of the shares From to To, without To.
type Route struct {
	Prefix   string // "+7701"; "" for the rest
	From, To int
}

// Unroutable looks for queued segments whose destination begins with no prefix of any link, a page of each lane at a time.
type Unroutable struct {
	Prefixes []string
	Failure  string // out of the channel's catalogue
	Page     int
	Seen     map[Lane]Place // where the next page begins; the store moves it on
}

// Place is a segment's in its lane's queue.
type Place struct {
	Due time.Time
	ID  int64
}

// Awaited asks how many segments of some binds of a link, submitted in a time, have no receipt yet.
type Awaited struct {
	Link   string
	Slots  []string
	From   time.Time
	Before time.Time
}

// ClaimQueries asks for segments that an operator has accepted and not reported on, to be asked about.
type ClaimQueries struct {
	Link   string
	Before time.Time // submitted, or asked about last
	Since  time.Time // submitted; of older ones the operator knows nothing any more
	Now    time.Time
	Limit  int
}

// Query is a segment to be asked about.
type Query struct {
	MessageID  string // as the SMSC gave it
	MessageKey string
	Whose      []byte // as of Receipt
	Sender     string // as of Segment
}

// Node is how the links of a node stand, in the form in which it tells it.
type Node struct {
	Name     string
	At       time.Time
	Standing json.RawMessage
}

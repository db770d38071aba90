// Package message is an SMS to a citizen, before any channel sends it.
package message

import "time"

// Lane is a message's priority: a later lane never delays an earlier one.
type Lane string

// The lanes, first to last.
const (
	OTP    Lane = "otp"
	Reply  Lane = "reply"
	Notice Lane = "notice"
)

// Lanes lists them in order.
var Lanes = []Lane{OTP, Reply, Notice}

// How long a message is worth delivering. A password lives as long as its challenge.
const (
	ReplyLifetime  = 24 * time.Hour
	NoticeLifetime = 72 * time.Hour
)

// MT is a message to be sent.
type MT struct {
	Lane        Lane
	Destination string // E.164
	Text        string
	Segments    int       // of the text, as the operators count
	Interaction int64     // that it belongs to, or 0
	Challenge   int64     // whose password it carries, or 0
	Sender      string    // who the citizen sees it is from; "": the short number
	DueAt       time.Time // not submitted before this; zero: now
	ExpiresAt   time.Time // never submitted after this
	Report      bool      // an agency hears when it is final
}

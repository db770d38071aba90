package smpp

import (
	"cmp"
	"crypto/tls"
	"time"

	"github.com/rs/zerolog"
)

// Options of a session. A zero value stands for its default.
type Options struct {
	// Window is how many own requests may be unanswered at once. Default 64.
	Window int
	// Inbound is how many of the peer's requests may wait for Answer at once;
	// what comes beyond is refused for now (0x64, or 0x58 to an ESME). Default 1000.
	Inbound int
	// BindTimeout limits connecting and the exchange of bind. Default 10 s.
	BindTimeout time.Duration
	// AnswerTimeout is how long a request waits for its response. Default 30 s.
	AnswerTimeout time.Duration
	// WriteTimeout is how long the peer may refuse to read. Default 10 s.
	WriteTimeout time.Duration
	// EnquireEvery is the silence after which the peer is asked whether it
	// lives. Default 30 s.
	EnquireEvery time.Duration
	// ConfirmWithin is how long it may stay unknown that the peer has read the
	// answers to its messages; then an enquire_link finds out. 0: it is not followed.
	ConfirmWithin time.Duration
	// Drain limits the wait for open requests of both sides before the unbind. Default 5 s.
	Drain time.Duration
	// TLS, where set, is spoken by Dial.
	TLS *tls.Config
	// Handler gets what the peer sends. Needed.
	Handler Handler
	// Refused, where set, is told of each message that was refused for want of room. It must not block.
	Refused func()
	// Log gets at most one line for each fault of the peer.
	Log zerolog.Logger
}

func (o Options) withDefaults() Options {
	o.Window = cmp.Or(o.Window, 64)
	o.Inbound = cmp.Or(o.Inbound, 1000)
	o.BindTimeout = cmp.Or(o.BindTimeout, 10*time.Second)
	o.AnswerTimeout = cmp.Or(o.AnswerTimeout, 30*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 10*time.Second)
	o.EnquireEvery = cmp.Or(o.EnquireEvery, 30*time.Second)
	o.Drain = cmp.Or(o.Drain, 5*time.Second)
	return o
}

package sms

import (
	"errors"
	"time"

	"okno/internal/message"
	"okno/sms/content"
	"okno/sms/smpp"
	"okno/sms/text"
)

// Failure is why a segment was not taken or not delivered: a closed catalogue.
type Failure string

// The catalogue.
const (
	Throttled          Failure = "throttled"
	QueueFull          Failure = "queue_full"
	Temporary          Failure = "temporary"
	SystemError        Failure = "system_error"
	InvalidSchedule    Failure = "invalid_schedule"
	NotSent            Failure = "not_sent"   // the link went before it could
	Unanswered         Failure = "unanswered" // the link went, or the time passed, before the answer
	TooLate            Failure = "too_late"   // expired before it could be submitted
	Stopped            Failure = "stopped"    // a notice to a number that has said STOP
	InvalidDestination Failure = "invalid_destination"
	InvalidSource      Failure = "invalid_source"
	Refused            Failure = "refused"       // by the SMSC, for any other reason
	NoRoute            Failure = "no_route"      // no link has a prefix for the number
	ReceiptFailed      Failure = "undeliverable" // by the receipt
	ReceiptExpired     Failure = "expired"       // by the receipt
)

// Failures lists the catalogue.
func Failures() []Failure {
	return []Failure{Throttled, QueueFull, Temporary, SystemError, InvalidSchedule, NotSent, Unanswered, TooLate, Stopped, InvalidDestination,
		InvalidSource, Refused, NoRoute, ReceiptFailed, ReceiptExpired}
}

// Retryable says if the same segment may do better later over the same route.
func (f Failure) Retryable() bool { return f.pause() > 0 }

// pause is how long to wait before that; 0 for never.
func (f Failure) pause() time.Duration {
	switch f {
	case Throttled, NotSent:
		return time.Second
	case Temporary, SystemError, InvalidSchedule:
		return 10 * time.Second
	case QueueFull:
		return 30 * time.Second
	}
	return 0
}

// failureOf is the one place that reads SMPP statuses of submits.
func failureOf(err error) Failure {
	var status smpp.Status
	switch {
	case errors.Is(err, smpp.ErrTooLong):
		return InvalidDestination // the only field that comes from outside
	case errors.Is(err, smpp.ErrNotSent):
		return NotSent
	case errors.Is(err, smpp.ErrUnanswered):
		return Unanswered
	case !errors.As(err, &status):
		return Unanswered
	}
	switch status {
	case smpp.Throttled:
		return Throttled
	case smpp.QueueFull:
		return QueueFull
	case smpp.TemporaryAppError:
		return Temporary
	case smpp.SystemError:
		return SystemError
	case smpp.InvalidSchedule:
		return InvalidSchedule
	case smpp.InvalidDest:
		return InvalidDestination
	case smpp.InvalidSource:
		return InvalidSource
	}
	return Refused
}

// outcomeOf is the one place that decides what follows a submit.
func outcomeOf(s message.Segment, messageID string, err error, now time.Time) message.Outcome {
	o := message.Outcome{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt, State: message.Accepted, At: now, DueAt: now}
	if err == nil {
		o.MessageID, o.MessageKey = content.Clean(messageID), text.MessageKey(content.Clean(messageID))
		return o
	}
	failure := failureOf(err)
	o.Failure = string(failure)
	switch {
	case failure == Unanswered:
		o.Unanswered = true
		o.State = message.Unknown
		if s.Lane.RepeatsUnknown() && s.Repeats == 0 {
			o.State = message.Queued
		}
	case failure.Retryable():
		o.State, o.DueAt = message.Queued, now.Add(failure.pause())
	default:
		o.State = message.Failed
	}
	return o
}

// finalOf reads a final receipt.
func finalOf(r text.Receipt) (message.SegmentState, Failure) {
	switch r.Outcome {
	case text.Delivered:
		return message.Delivered, ""
	case text.Expired:
		return message.Expired, ReceiptExpired
	}
	return message.Undeliverable, ReceiptFailed
}

package otp

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what the service of a node does.
type Metrics struct {
	sends, answers *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "okno_otp_sends_total",
			Help: "One-time passwords asked for, by client and result: sms, voice, or why none was sent."}, []string{"client", "result"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "okno_otp_answers_total",
			Help: "Answers to one-time passwords, by client and result."}, []string{"client", "result"}),
	}
	r.MustRegister(m.sends, m.answers)
	return m
}

// results name the errors, in metrics and for clients.
var results = []struct {
	err  error
	name string
}{
	{ErrTooMany, "too_many_sends"}, {ErrTooSoon, "too_soon"}, {ErrBlocked, "blocked"}, {ErrBudget, "over_budget"}, {ErrHeld, "held"},
	{ErrOperator, "ask_operator"}, {ErrPurpose, "unknown_purpose"}, {ErrOrigin, "bad_origin"}, {ErrLanguage, "bad_language"},
	{ErrPrefix, "number_not_allowed"}, {ErrUnknown, "unknown_challenge"}, {ErrWrong, "wrong_code"}, {ErrExpired, "expired"},
	{ErrExhausted, "exhausted"}, {ErrUsed, "used"}, {ErrReplaced, "superseded"}, {ErrCancelled, "cancelled"},
}

// Result names an error of this package, the same for clients and in metrics, and gives its text, which is safe to show. "": it is
// none of them.
func Result(err error) (name, text string) {
	for _, r := range results {
		if errors.Is(err, r.err) {
			return r.name, r.err.Error()
		}
	}
	return "", ""
}

func (m *Metrics) sent(client string, c Channel, err error) {
	if m != nil {
		m.sends.WithLabelValues(client, resultOf(err, string(c))).Inc()
	}
}

func (m *Metrics) verified(client string, err error) {
	if m != nil {
		m.answers.WithLabelValues(client, resultOf(err, "verified")).Inc()
	}
}

func resultOf(err error, well string) string {
	switch name, _ := Result(err); {
	case err == nil:
		return well
	case name == "":
		return "error"
	default:
		return name
	}
}

package otp

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics(prometheus.NewRegistry())
	m.sent("portal", SMS, nil)
	m.sent("portal", "", &Refusal{Err: ErrHeld})
	m.verified("portal", nil)
	m.verified("portal", ErrWrong)
	m.verified("portal", fmt.Errorf("database: %w", fmt.Errorf("away")))
	for labels, counter := range map[[2]string]*prometheus.CounterVec{
		{"portal", "sms"}: m.sends, {"portal", "held"}: m.sends, {"portal", "verified"}: m.answers,
		{"portal", "wrong_code"}: m.answers, {"portal", "error"}: m.answers,
	} {
		require.EqualValues(t, 1, testutil.ToFloat64(counter.WithLabelValues(labels[0], labels[1])), labels)
	}
	for _, r := range results {
		name, text := Result(&Refusal{Err: r.err})
		require.Equal(t, r.name, name)
		require.Equal(t, r.err.Error(), text)
	}
}

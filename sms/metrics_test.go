package sms

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smstest"
)

func TestMetricsOfALink(t *testing.T) {
	t.Parallel()
	_, link := smsc(t, "a", smstest.Config{ReceiptDelay: 200 * time.Millisecond})
	link.Cost, link.Binds = 2.5, 2
	r := newRig(t, link)
	r.options.tune.healthTuning.grace = time.Hour
	r.run()
	r.send(message.Reply, phone1, strings.Repeat("я", 100), time.Hour)
	r.eventuallyStates(phone1, message.Delivered, message.Delivered)
	r.eventually("both receipts", func() bool { return r.channel.linkStates()[0].Receipts == 2 })
	state := r.channel.linkStates()[0]
	require.GreaterOrEqual(t, state.ReceiptMedian, 0.2)
	require.GreaterOrEqual(t, state.ReceiptP99, state.ReceiptMedian)

	require.Equal(t, 5.0, r.metric("okno_sms_cost_total", "a"))
	require.Equal(t, 1.0, r.metric("okno_sms_link_fitness", "a"))
	require.Equal(t, 1.0, r.metric("okno_sms_link_ordered", "a", "open"))
	require.Equal(t, 1.0, r.metric("okno_sms_link_share", "a", ""))
	require.Equal(t, 1.0, r.metric("okno_sms_bind_up", "transceiver", "a", "1"))
	require.Equal(t, 1.0, r.metric("okno_sms_bind_up", "transceiver", "a", "2"))
	require.Equal(t, 2.0, r.metric("okno_sms_receipt_seconds", "a"), "receipts")
}

// metric gives the value of a metric, of a histogram the count, with the label values in the order of the labels' names.
func (r *rig) metric(name string, labels ...string) float64 {
	r.t.Helper()
	families, err := r.options.Metrics.(*prometheus.Registry).Gather()
	require.NoError(r.t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			if f.GetName() == name && slices.Equal(values, labels) {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	require.FailNow(r.t, "no metric", "%s %v", name, labels)
	return 0
}

func TestDelaysForgetWhatIsOld(t *testing.T) {
	t.Parallel()
	d, now := &delays{}, time.Now()
	for i := range 1500 {
		d.add(now, time.Duration(i)*time.Millisecond)
	}
	median, p99, n := d.percentiles(now)
	require.Equal(t, 1000, n)
	require.Equal(t, time.Second, median)
	require.Equal(t, 1490*time.Millisecond, p99)
	_, _, n = d.percentiles(now.Add(delayMemory))
	require.Zero(t, n)
}

package sms

import (
	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/message"
)

type metrics struct {
	segments *prometheus.CounterVec
	backlog  *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		segments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_sms_segments_total",
			Help: "SMS segments by link, direction (in, out) and result.",
		}, []string{"link", "direction", "result"}),
		backlog: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "okno_sms_backlog",
			Help: "SMS segments that wait to be submitted, by lane.",
		}, []string{"lane"}),
	}
	if r != nil {
		r.MustRegister(m.segments, m.backlog)
	}
	return m
}

// watchBind shows how a bind stands.
func watchBind(r prometheus.Registerer, b *bind) {
	if r == nil {
		return
	}
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help,
			ConstLabels: prometheus.Labels{"link": b.link.Name, "bind": modeName(b.mode)}}, value))
	}
	gauge("okno_sms_bind_up", "Whether an SMS bind is up.", func() float64 {
		if b.alive().Bind == "" {
			return 0
		}
		return 1
	})
	gauge("okno_sms_window_in_use", "Unanswered submits of an SMS bind.", func() float64 {
		inUse, _, _, _, _ := b.pace.standing(b.channel.Clock())
		return float64(inUse)
	})
}

func (m *metrics) count(link, direction, result string) {
	m.segments.WithLabelValues(link, direction, result).Inc()
}

// swept counts what no link was there for.
func (m *metrics) swept(s message.Swept) {
	m.segments.WithLabelValues("", "out", string(TooLate)).Add(float64(s.Expired))
	m.segments.WithLabelValues("", "out", "lapsed").Add(float64(s.Lapsed))
}

func (m *metrics) setBacklog(waiting map[message.Lane]int) {
	for lane, n := range waiting {
		m.backlog.WithLabelValues(string(lane)).Set(float64(n))
	}
}

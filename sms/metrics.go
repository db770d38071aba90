package sms

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/message"
)

type metrics struct {
	segments *prometheus.CounterVec
	backlog  *prometheus.GaugeVec
	receipts *prometheus.HistogramVec
	cost     *prometheus.CounterVec
	queries  *prometheus.CounterVec
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
		receipts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "okno_sms_receipt_seconds",
			Help:    "Time from a segment's submit to its final receipt, by link.",
			Buckets: []float64{0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 6 * 3600, 24 * 3600},
		}, []string{"link"}),
		cost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_sms_cost_total",
			Help: "What the accepted SMS segments of a link cost, in the unit of its configuration.",
		}, []string{"link"}),
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_sms_queries_total",
			Help: "Answers to query_sm by link and result.",
		}, []string{"link", "result"}),
	}
	if r != nil {
		r.MustRegister(m.segments, m.backlog, m.receipts, m.cost, m.queries)
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
			ConstLabels: prometheus.Labels{"link": b.link.Name, "bind": modeName(b.mode), "number": strconv.Itoa(b.number)}}, value))
	}
	gauge("okno_sms_bind_up", "Whether an SMS bind is up.", func() float64 {
		if b.why() != (down{}) {
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

func (m *metrics) asked(link, result string) { m.queries.WithLabelValues(link, result).Inc() }

// swept counts what no link was there for.
func (m *metrics) swept(s message.Swept) {
	m.segments.WithLabelValues("", "out", string(TooLate)).Add(float64(s.Expired))
	m.segments.WithLabelValues("", "out", "lapsed").Add(float64(s.Lapsed))
}

func (m *metrics) unroutable(n int) {
	m.segments.WithLabelValues("", "out", string(NoRoute)).Add(float64(n))
}

func (m *metrics) setBacklog(waiting map[message.Lane]int) {
	for lane, n := range waiting {
		m.backlog.WithLabelValues(string(lane)).Set(float64(n))
	}
}

// linkMetrics tell how the links stand when they are asked.
type linkMetrics struct{ channel *Channel }

var (
	linkFitness = prometheus.NewDesc("okno_sms_link_fitness", "How far an SMS link is used of what it is there for: 0 ailing, 1 fit.", []string{"link"}, nil)
	linkShare   = prometheus.NewDesc("okno_sms_link_share", "The share of a prefix's messages that goes by an SMS link now.", []string{"link", "prefix"}, nil)
	linkOrdered = prometheus.NewDesc("okno_sms_link_ordered", "What is ordered of an SMS link: open, paused or drained.", []string{"link", "ordered"}, nil)
)

func watchLinks(r prometheus.Registerer, c *Channel) {
	if r != nil {
		r.MustRegister(linkMetrics{c})
	}
}

// Describe names the metrics.
func (l linkMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{linkFitness, linkShare, linkOrdered} {
		ch <- d
	}
}

// Collect reads them.
func (l linkMetrics) Collect(ch chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for _, s := range l.channel.linkStates() {
		tell(linkFitness, s.Fitness, s.Link)
		for _, share := range s.Shares {
			tell(linkShare, share.Share, s.Link, share.Prefix)
		}
		if s.Ordered != "" {
			tell(linkOrdered, 1, s.Link, string(s.Ordered))
		}
	}
}

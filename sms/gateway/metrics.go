package gateway

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	submits  *prometheus.CounterVec
	receipts *prometheus.CounterVec
	queries  *prometheus.CounterVec
	binds    *prometheus.GaugeVec
	refused  prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		submits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_gateway_submits_total", Help: "Submits of agencies by account and result.",
		}, []string{"account", "result"}),
		receipts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_gateway_receipts_total", Help: "Receipts offered to agencies by account and result.",
		}, []string{"account", "result"}),
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okno_gateway_queries_total", Help: "Questions of agencies about their messages by account and result.",
		}, []string{"account", "result"}),
		binds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "okno_gateway_binds", Help: "Binds of agencies on this node, by account.",
		}, []string{"account"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "okno_gateway_refused_binds_total", Help: "Binds that were refused.",
		}),
	}
	if r != nil {
		r.MustRegister(m.submits, m.receipts, m.queries, m.binds, m.refused)
	}
	return m
}

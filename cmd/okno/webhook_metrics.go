package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/webhook"
)

// webhookMetrics counts what is to be told to clients of the API when it is asked.
type webhookMetrics struct {
	health func(ctx context.Context) ([]webhook.Health, error)
}

var (
	webhooksDesc       = prometheus.NewDesc("okno_webhook_deliveries", "What is to be told to clients of the API, by state: waiting, or dead when it was given up.", []string{"client", "state"}, nil)
	webhooksOldestDesc = prometheus.NewDesc("okno_webhook_oldest_seconds", "How long the oldest delivery to a client of the API has waited.", []string{"client"}, nil)
)

// Describe names the metrics.
func (m webhookMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- webhooksDesc
	ch <- webhooksOldestDesc
}

// Collect reads them. While the database is away there is no value, rather than an old one.
func (m webhookMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := m.health(ctx)
	if err != nil {
		return
	}
	for _, h := range all {
		ch <- prometheus.MustNewConstMetric(webhooksDesc, prometheus.GaugeValue, float64(h.Waiting), h.Client, "waiting")
		ch <- prometheus.MustNewConstMetric(webhooksDesc, prometheus.GaugeValue, float64(h.Dead), h.Client, "dead")
		ch <- prometheus.MustNewConstMetric(webhooksOldestDesc, prometheus.GaugeValue, h.Oldest.Seconds(), h.Client)
	}
}

// countAttempts counts the attempts to tell clients, by what came of them.
func countAttempts(r prometheus.Registerer) func(client string, taken bool) {
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "okno_webhook_attempts_total",
		Help: "Attempts to tell clients of the API, by client and result: taken or failed."}, []string{"client", "result"})
	r.MustRegister(attempts)
	return func(client string, taken bool) {
		result := "failed"
		if taken {
			result = "taken"
		}
		attempts.WithLabelValues(client, result).Inc()
	}
}

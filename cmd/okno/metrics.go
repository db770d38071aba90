package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// queueMetrics counts waiting citizens when it is asked: the database knows, whichever node they came in by.
type queueMetrics struct {
	waiting func(ctx context.Context) (map[string]int, error)
}

var queueWaitingDesc = prometheus.NewDesc("okno_queue_waiting", "Citizens who wait for an operator, by queue.", []string{"queue"}, nil)

// Describe names the metric.
func (q queueMetrics) Describe(ch chan<- *prometheus.Desc) { ch <- queueWaitingDesc }

// Collect reads it. While the database is away there is no value, rather than an old one.
func (q queueMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	waiting, err := q.waiting(ctx)
	if err != nil {
		return
	}
	for queue, n := range waiting {
		ch <- prometheus.MustNewConstMetric(queueWaitingDesc, prometheus.GaugeValue, float64(n), queue)
	}
}

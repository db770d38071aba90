package sms

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"okno/internal/message"
	"okno/sms/smpp"
)

// Links is how the channel of one node stands.
type Links struct {
	Links   []LinkState          `json:"links"`
	Binds   []BindState          `json:"binds"`
	Backlog map[message.Lane]int `json:"backlog"` // segments that wait, of all nodes
}

// LinkState is how a link stands on a node.
type LinkState struct {
	Link          string        `json:"link"`
	Ordered       message.Order `json:"ordered"` // open, paused or drained; "" until the node knows
	Fitness       float64       `json:"fitness"` // 0: ailing, 1: fit, between: coming back
	Ailment       Ailment       `json:"ailment"` // why it is ailing
	Shares        []Share       `json:"shares"`  // of the messages, by prefix
	Priority      int           `json:"priority"`
	Cost          float64       `json:"cost"`           // of a segment
	Receipts      int           `json:"receipts"`       // that the next two are of: those of the last five minutes, a thousand at most
	ReceiptMedian float64       `json:"receipt_median"` // seconds from the submit to the final receipt
	ReceiptP99    float64       `json:"receipt_p99"`
}

// Share is a link's part of the messages to a prefix.
type Share struct {
	Prefix string  `json:"prefix"` // "+7701"; "" for the rest
	Share  float64 `json:"share"`
}

// BindState is how a bind stands.
type BindState struct {
	Link      string    `json:"link"`
	Number    int       `json:"number"`               // of the link's binds, from 1
	Bind      string    `json:"bind"`                 // transceiver, transmitter or receiver
	State     string    `json:"state"`                // up, or why it is down
	Down      string    `json:"down,omitempty"`       // the code of why, for a page that says it in its own language
	DownValue string    `json:"down_value,omitempty"` // in such a text
	Since     time.Time `json:"since"`                // of that state
	InUse     int       `json:"in_use"`               // submits that are unanswered
	Window    int       `json:"window"`               // how many there may be now: fewer than configured after throttling
	Rate      float64   `json:"rate"`                 // segments a second that are allowed to all binds of the link; 0: no limit
	Sent      int       `json:"sent"`                 // segments accepted since the node started
	Second    float64   `json:"second"`               // of those, a second over the last ten
	LastError string    `json:"last_error"`
}

// Links tells how the channel stands. The error is the store's.
func (c *Channel) Links(ctx context.Context) (Links, error) {
	backlog, err := c.Store.Backlog(ctx)
	links := c.standing()
	links.Backlog = backlog
	return links, err
}

// standing is how the channel stands, with the backlog as it was counted last.
func (c *Channel) standing() Links {
	links := Links{Links: c.linkStates(), Binds: []BindState{}, Backlog: *c.backlog.Load()}
	for _, b := range c.binds {
		links.Binds = append(links.Binds, b.state(c.Clock()))
	}
	return links
}

func (c *Channel) linkStates() []LinkState {
	states := []LinkState{}
	routes := c.table.Load().routes
	for _, l := range c.links {
		s := LinkState{Link: l.Name, Priority: l.Priority, Cost: l.Cost, Shares: []Share{}}
		s.Ordered, _ = l.order()
		s.Fitness, s.Ailment, _ = l.health.stands()
		for _, r := range routes[l.Name] {
			s.Shares = append(s.Shares, Share{r.Prefix, float64(r.To-r.From) / message.Shares})
		}
		median, p99, n := l.delays.percentiles(c.Clock())
		s.ReceiptMedian, s.ReceiptP99, s.Receipts = median.Seconds(), p99.Seconds(), n
		states = append(states, s)
	}
	return states
}

// timed notes how long a receipt took, where that can be said.
func (c *Channel) timed(r message.Receipt) {
	if r.SubmittedAt.IsZero() || r.Queried {
		return
	}
	if r.Key != "" {
		for _, l := range c.links {
			if l.Name == r.Link {
				l.notation.learn(r.ID, r.Key)
			}
		}
	}
	took := max(0, r.At.Sub(r.SubmittedAt))
	c.metrics.receipts.WithLabelValues(r.Link).Observe(took.Seconds())
	for _, l := range c.links {
		if l.Name == r.Link {
			l.delays.add(r.At, took)
		}
	}
}

// ServeHTTP gives [Links] as JSON. It holds nothing of any citizen.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	links, err := c.Links(r.Context())
	if err != nil {
		c.Log.Error().Err(err).Msg("tell sms links")
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(links)
}

func (b *bind) state(now time.Time) BindState {
	s := BindState{Link: b.link.Name, Number: b.number, Bind: modeName(b.mode), Rate: b.link.Rate, State: "up"}
	s.InUse, s.Window, s.Sent, s.Second, s.LastError = b.pace.standing(now)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Since = b.since
	if b.reason != (down{}) {
		s.State, s.Down, s.DownValue = b.reason.said, b.reason.code, b.reason.value
	}
	return s
}

func modeName(m smpp.Mode) string {
	switch m {
	case smpp.Transmitter:
		return "transmitter"
	case smpp.Receiver:
		return "receiver"
	}
	return "transceiver"
}

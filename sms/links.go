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
	Binds   []BindState          `json:"binds"`
	Backlog map[message.Lane]int `json:"backlog"` // segments that wait, of all nodes
}

// BindState is how a bind stands.
type BindState struct {
	Link      string    `json:"link"`
	Bind      string    `json:"bind"`   // transceiver, transmitter or receiver
	State     string    `json:"state"`  // up, or why it is down
	Since     time.Time `json:"since"`  // of that state
	InUse     int       `json:"in_use"` // submits that are unanswered
	Window    int       `json:"window"` // how many there may be now: fewer than configured after throttling
	Rate      float64   `json:"rate"`   // segments a second that are allowed; 0: no limit
	Sent      int       `json:"sent"`   // segments accepted since the node started
	Second    float64   `json:"second"` // of those, a second over the last ten
	LastError string    `json:"last_error"`
}

// Links tells how the channel stands. The error is the store's.
func (c *Channel) Links(ctx context.Context) (Links, error) {
	backlog, err := c.Store.Backlog(ctx)
	links := Links{Backlog: backlog}
	for _, b := range c.binds {
		links.Binds = append(links.Binds, b.state(c.Clock()))
	}
	return links, err
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
	s := BindState{Link: b.link.Name, Bind: modeName(b.mode), Rate: b.link.Rate, State: "up"}
	s.InUse, s.Window, s.Sent, s.Second, s.LastError = b.pace.standing(now)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Since = b.since
	if b.reason != "" {
		s.State = b.reason
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

// Package news says "look again": a hint that the truth in Postgres has changed, to every node that cares. A lost hint
// costs a second, never data, so nothing here is kept and nothing fails a caller. NATS is used here only.
package news

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Topics.
const (
	MO        = "mo"        // an SMS came in
	MT        = "mt"        // an SMS is to go out
	Contacts  = "contacts"  // a contact, an offer or an agent changed
	Streams   = "streams"   // a stream that desks follow has a new event; see [Named]
	Cases     = "cases"     // a case was opened or moved, or its rules changed
	Catalogue = "catalogue" // services or dialogues changed
	Offices   = "offices"   // offices or calendars changed
	Links     = "links"     // something was ordered of a link to an operator
	Questions = "questions" // an agency is to be asked
	Orders    = "orders"    // orders to calls, or SIP accounts, changed
)

const prefix = "okno.news."

// Named is a topic with the name of what has changed, for [News.Follow]. A name has no dots and no spaces.
func Named(topic, name string) string { return topic + "." + name }

// News publishes hints, and subscribes to them.
type News struct {
	conn   *nats.Conn
	server *server.Server // nil with an external cluster
}

// Open connects to the cluster at url, or runs a server inside the process, without a port, when url is "".
// An external cluster need not be reachable: the connection is made when it can be.
func Open(url string) (*News, error) {
	options := []nats.Option{nats.Name("okno"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectJitter(time.Second, time.Second)}
	n := &News{}
	if url == "" {
		s, err := server.NewServer(&server.Options{ServerName: "okno", DontListen: true, NoSigs: true, NoLog: true})
		if err != nil {
			return nil, fmt.Errorf("make news server: %w", err)
		}
		s.Start()
		if !s.ReadyForConnections(5 * time.Second) {
			s.Shutdown()
			return nil, fmt.Errorf("news server did not start within 5 s")
		}
		n.server = s
		options = append(options, nats.InProcessServer(s))
	}
	conn, err := nats.Connect(url, options...)
	if err != nil {
		if n.server != nil {
			n.server.Shutdown()
		}
		return nil, fmt.Errorf("connect news: %w", err)
	}
	n.conn = conn
	return n, nil
}

// Publish hints that a topic has changed.
func (n *News) Publish(topic string) { _ = n.conn.Publish(prefix+topic, nil) }

// Subscribe gives a channel that gets a value after every hint on the topics; hints that come faster than they are taken
// become one. stop ends it.
func (n *News) Subscribe(topics ...string) (hints <-chan struct{}, stop func()) {
	heard := make(chan struct{}, 1)
	var subscriptions []*nats.Subscription
	for _, topic := range topics {
		s, err := n.conn.Subscribe(prefix+strings.TrimSpace(topic), func(*nats.Msg) { ring(heard) })
		if err == nil { // a closed connection: the poll that everyone has beside it goes on
			subscriptions = append(subscriptions, s)
		}
	}
	return heard, func() {
		for _, s := range subscriptions {
			_ = s.Unsubscribe()
		}
	}
}

// ring gives a value to whoever waits for a hint, unless one is there.
func ring(heard chan<- struct{}) {
	select {
	case heard <- struct{}{}:
	default:
	}
}

// Changes are the names of what has changed since they were last taken.
type Changes struct {
	Hints <-chan struct{} // gets a value after every hint, as that of [News.Subscribe] does

	mu    sync.Mutex
	names map[string]bool
}

// Follow subscribes to a topic whose hints are [Named], and to others.
func (n *News) Follow(topic string, others ...string) *Changes {
	heard := make(chan struct{}, 1)
	c := &Changes{Hints: heard, names: map[string]bool{}}
	named := prefix + topic + "."
	for _, subject := range append([]string{topic + ".*"}, others...) {
		_, _ = n.conn.Subscribe(prefix+subject, func(m *nats.Msg) { // a closed connection: see Subscribe
			if name, ok := strings.CutPrefix(m.Subject, named); ok {
				c.mu.Lock()
				c.names[name] = true
				c.mu.Unlock()
			}
			ring(heard)
		})
	}
	return c
}

// Take gives the names, and forgets them.
func (c *Changes) Take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := slices.Collect(maps.Keys(c.names))
	clear(c.names)
	return taken
}

// Close ends the connection, and the server inside the process.
func (n *News) Close() {
	n.conn.Close()
	if n.server != nil {
		n.server.Shutdown()
		n.server.WaitForShutdown()
	}
}

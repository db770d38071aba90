package foreign

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

//go:embed agency.js
var agencyScript []byte

// Agency is a running npm smpp client.
type Agency struct {
	t    testing.TB
	peer *peer

	mu       sync.Mutex
	receipts []Receipt
	closed   int
}

// Receipt is a deliver_sm as npm's decoder read it. It has been acknowledged.
type Receipt struct {
	Source      string `json:"source"`
	Destination string `json:"destination"`
	ESMClass    int    `json:"esm_class"`
	Text        string `json:"text"`
	MessageID   string `json:"message_id"` // TLV receipted_message_id
	State       int    `json:"state"`      // TLV message_state
}

// Answer is a response's. All but the first two are of query_sm.
type Answer struct {
	Status    int       `json:"status"`
	MessageID string    `json:"message_id"`
	State     int       `json:"state"`
	Error     int       `json:"error"`
	FinalDate time.Time `json:"final_date"`
}

// StartAgency runs the client until the test ends, skipping as Start does.
func StartAgency(t testing.TB) *Agency {
	t.Helper()
	a := &Agency{t: t}
	a.peer = startNode(t, agencyScript, a.onEvent)
	return a
}

func (a *Agency) onEvent(event string, line []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch event {
	case "receipt":
		var receipt Receipt
		if json.Unmarshal(line, &receipt) == nil {
			a.receipts = append(a.receipts, receipt)
		}
	case "close":
		a.closed++
	}
}

// Bind binds by a command, bind_transceiver say, and gives the status of the
// answer. An address may begin with ssmpp:// for TLS.
func (a *Agency) Bind(url, command, systemID, password string) int {
	a.t.Helper()
	return a.order(map[string]any{"do": "bind", "url": url, "command": command,
		"fields": map[string]any{"system_id": systemID, "password": password}}).Status
}

// Send sends submit_sm, say, with fields as npm's smpp names them, "udh"
// in hexadecimal with its length, and fields given as octets.
func (a *Agency) Send(command string, fields map[string]any, octets map[string][]byte) Answer {
	a.t.Helper()
	return a.order(map[string]any{"do": "send", "command": command, "fields": fields, "base64": octets})
}

// Unbind ends the bind.
func (a *Agency) Unbind() {
	a.t.Helper()
	require.Zero(a.t, a.order(map[string]any{"do": "unbind"}).Status)
}

// Receipts so far.
func (a *Agency) Receipts() []Receipt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Receipt(nil), a.receipts...)
}

// Closed says how many connections have ended.
func (a *Agency) Closed() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.closed
}

func (a *Agency) order(fields map[string]any) Answer {
	a.t.Helper()
	return order[Answer](a.peer, fmt.Sprint(fields["do"]), fields)
}

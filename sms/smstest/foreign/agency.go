package foreign

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

//go:embed agency.js
var agencyScript []byte

// Agency is a running npm smpp client.
type Agency struct {
	t     testing.TB
	stdin io.Writer

	mu       sync.Mutex
	receipts []Receipt
	closed   int
	answers  map[int]chan Answer
	lastID   int
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

// Answer is a response's.
type Answer struct {
	Status    int    `json:"status"`
	MessageID string `json:"message_id"`
}

// StartAgency runs the client until the test ends, skipping as Start does.
func StartAgency(t testing.TB) *Agency {
	t.Helper()
	a := &Agency{t: t, answers: make(map[int]chan Answer)}
	a.stdin = startNode(t, agencyScript, a.read)
	return a
}

func (a *Agency) read(stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Event string `json:"event"`
			ID    int    `json:"id"`
			Answer
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue
		}
		a.mu.Lock()
		switch line.Event {
		case "receipt":
			var receipt Receipt
			if json.Unmarshal(lines.Bytes(), &receipt) == nil {
				a.receipts = append(a.receipts, receipt)
			}
		case "close":
			a.closed++
		case "answer":
			if waiting := a.answers[line.ID]; waiting != nil {
				waiting <- line.Answer
				delete(a.answers, line.ID)
			}
		}
		a.mu.Unlock()
	}
}

// Bind binds by a command, bind_transceiver say, and gives the status of the
// answer. An address may begin with ssmpp:// for TLS.
func (a *Agency) Bind(url, command, systemID, password string) int {
	a.t.Helper()
	return a.order(map[string]any{"do": "bind", "url": url, "command": command,
		"fields": map[string]any{"system_id": systemID, "password": password}}).Status
}

// Send sends submit_sm or data_sm with fields as npm's smpp names them, "udh"
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

func (a *Agency) order(order map[string]any) Answer {
	a.t.Helper()
	a.mu.Lock()
	a.lastID++
	id, waiting := a.lastID, make(chan Answer, 1)
	a.answers[id] = waiting
	a.mu.Unlock()
	order["id"] = id
	line, err := json.Marshal(order)
	require.NoError(a.t, err)
	_, err = a.stdin.Write(append(line, '\n'))
	require.NoError(a.t, err)
	select {
	case answer := <-waiting:
		return answer
	case <-time.After(20 * time.Second):
		a.t.Fatalf("%v was never answered", order["do"])
		return Answer{}
	}
}

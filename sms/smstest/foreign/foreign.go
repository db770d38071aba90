// Package foreign starts an SMSC and an agency's client that others wrote, npm's
// smpp, for tests: what Okno and its own simulator might get wrong alike, they do not.
package foreign

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Password is what an ESME must bind with; any system id will do.
const Password = "secret"

//go:embed smsc.js
var script []byte

// SMSC is a running npm smpp server.
type SMSC struct {
	Addr string

	t    testing.TB
	peer *peer

	mu      sync.Mutex
	submits []Submit
	events  []string
}

// Submit is a submit_sm as npm's decoder read it.
type Submit struct {
	Source             string `json:"source"`
	Destination        string `json:"destination"`
	Text               string `json:"text"`
	UDH                string `json:"udh"` // hexadecimal, without the length octet
	Coding             int    `json:"data_coding"`
	ESMClass           int    `json:"esm_class"`
	Validity           any    `json:"validity"`
	RegisteredDelivery int    `json:"registered_delivery"`
	Service            string `json:"service_type"`
	USSDOp             int    `json:"ussd_service_op"`
	Session            string `json:"its_session_info"` // hexadecimal
}

// Start runs the SMSC until the test ends. Where node or the package is missing
// the test fails in CI, and is skipped elsewhere.
func Start(t testing.TB) *SMSC {
	t.Helper()
	s := &SMSC{t: t}
	port := make(chan int, 1)
	s.peer = startNode(t, script, func(event string, line []byte) { s.onEvent(event, line, port) })
	select {
	case p := <-port:
		s.Addr = fmt.Sprintf("127.0.0.1:%d", p)
	case <-time.After(20 * time.Second):
		t.Fatal("the foreign SMSC does not listen")
	}
	return s
}

func (s *SMSC) onEvent(event string, line []byte, port chan<- int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event)
	switch event {
	case "listening":
		var at struct {
			Port int `json:"port"`
		}
		if json.Unmarshal(line, &at) == nil {
			port <- at.Port
		}
	case "submit":
		var submit Submit
		if json.Unmarshal(line, &submit) == nil {
			s.submits = append(s.submits, submit)
		}
	}
}

// Submits are the submit_sm so far.
func (s *SMSC) Submits() []Submit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Submit(nil), s.submits...)
}

// Written are the messages to a number (E.164) as its phone would show them: the parts of a long one joined once all are
// there. Each part must come from 1414 and ask for a receipt.
func (s *SMSC) Written(number string) []string {
	s.t.Helper()
	return s.WrittenFrom("1414", number)
}

// WrittenFrom is Written for messages that come from another sender.
func (s *SMSC) WrittenFrom(sender, number string) []string {
	s.t.Helper()
	var texts []string
	open := map[byte]map[byte]string{} // by reference and part
	for _, submit := range s.Submits() {
		if "+"+submit.Destination != number {
			continue
		}
		require.Equal(s.t, sender, submit.Source)
		require.Equal(s.t, 1, submit.RegisteredDelivery)
		if submit.UDH == "" {
			texts = append(texts, submit.Text)
			continue
		}
		udh, err := hex.DecodeString(submit.UDH)
		require.NoError(s.t, err)
		require.Len(s.t, udh, 5)
		reference, total, part := udh[2], udh[3], udh[4]
		if open[reference] == nil {
			open[reference] = map[byte]string{}
		}
		open[reference][part] = submit.Text
		if len(open[reference]) == int(total) {
			var whole strings.Builder
			for part := range total {
				whole.WriteString(open[reference][part+1])
			}
			texts = append(texts, whole.String())
			delete(open, reference)
		}
	}
	return texts
}

// Count says how often an event came: bind, unbind, close, submit, receipt, answer.
func (s *SMSC) Count(event string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.events {
		if e == event {
			n++
		}
	}
	return n
}

// Deliver sends a deliver_sm with fields as npm's smpp names them and gives the
// status of its answer; -1 when nobody is bound, or the session broke before the
// answer. "udh" is hexadecimal and begins with its length.
func (s *SMSC) Deliver(fields map[string]any) int {
	return s.Send("deliver_sm", fields, nil)
}

// Send is Deliver with another command, and fields given as octets.
func (s *SMSC) Send(command string, fields map[string]any, octets map[string][]byte) int {
	s.t.Helper()
	return order[answered](s.peer, command, map[string]any{"command": command, "deliver": fields, "base64": octets}).Status
}

// answered is what a script says of an order.
type answered struct {
	Status int `json:"status"`
}

// Hold has the SMSC answer no submit_sm while fn runs. What came meanwhile is answered after it, unless its session has ended.
func (s *SMSC) Hold(fn func()) {
	s.t.Helper()
	order[answered](s.peer, "hold", map[string]any{"hold": true})
	defer order[answered](s.peer, "release", map[string]any{"hold": false})
	fn()
}

// Package acd is automatic call distribution: contacts wait in queues, and are offered to agents who are available,
// connected, and have capacity to spare. It knows no channel and no storage.
package acd

// Arrival is an interaction that joins a queue.
type Arrival struct {
	Interaction int64
	Channel     string
	Queue       string
	Language    string
	Reason      string            // the key of a text
	Context     map[string]string // what the operator is to know: case, service
	Effect      string            // the dialogue's effect, so that joining twice joins once
}

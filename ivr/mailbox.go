package ivr

import (
	"slices"
	"sync"
)

// mailbox is what happens to one call, in order and without bound: the event stream never waits for a call, and a call
// never misses a key. Any goroutine may put, one takes.
type mailbox struct {
	mu    sync.Mutex
	items []any
	ready chan struct{} // holds one token while there may be something to take
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (m *mailbox) put(item any) {
	m.mu.Lock()
	m.items = append(m.items, item)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// takeKeys returns the keys among the items, and leaves the rest.
func (m *mailbox) takeKeys() (keys []key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items = slices.DeleteFunc(m.items, func(item any) bool {
		k, is := item.(key)
		if is {
			keys = append(keys, k)
		}
		return is
	})
	return keys
}

// take returns the oldest item, or nil if there is none.
func (m *mailbox) take() any {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.items) == 0 {
		m.items = nil // lets go of what was taken
		return nil
	}
	item := m.items[0]
	m.items = m.items[1:]
	if len(m.items) > 0 {
		select {
		case m.ready <- struct{}{}:
		default:
		}
	}
	return item
}

package sms

import (
	"slices"
	"sync"

	"okno/internal/message"
)

// unbinds are the binds that have ended and are not yet noted as ended: the database may be away just then. They are committed with
// the next arrivals; otherwise the store would take a redelivery over another bind for a new message.
type unbinds struct {
	mu   sync.Mutex
	open []message.Alive
}

func (u *unbinds) add(a message.Alive) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open = append(u.open, a)
}

func (u *unbinds) all() []message.Alive {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.open)
}

func (u *unbinds) noted(some []message.Alive) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open = slices.DeleteFunc(u.open, func(a message.Alive) bool { return slices.Contains(some, a) })
}

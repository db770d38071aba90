package sms

import (
	"slices"
	"sync"

	"okno/internal/message"
)

// endings are the binds that have ended and are not noted as such yet: the database may be away just then. Whatever arrives
// goes with them to the store, which else would take what comes again over another bind for new.
type endings struct {
	mu   sync.Mutex
	open []message.Alive
}

func (e *endings) add(a message.Alive) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open = append(e.open, a)
}

func (e *endings) all() []message.Alive {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.open)
}

func (e *endings) noted(some []message.Alive) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open = slices.DeleteFunc(e.open, func(a message.Alive) bool { return slices.Contains(some, a) })
}

package agentdesk

import "sync"

// errand is work that one goroutine does at a time, and none while there is nothing to do: ten thousand pages that hear nothing cost no goroutine.
type errand struct {
	do func() // all that is to be done by now

	mu                 sync.Mutex
	due, running, over bool
	under              sync.WaitGroup
}

// begin has the work done: once more, if it is under way.
func (e *errand) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.due = true
	if !e.running && !e.over {
		e.running = true
		e.under.Go(e.run)
	}
}

func (e *errand) run() {
	for e.next() {
		e.do()
	}
}

func (e *errand) next() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = e.due && !e.over
	e.due = false
	return e.running
}

// end waits until what is under way is done. Nothing is done after it.
func (e *errand) end() {
	e.mu.Lock()
	e.over = true
	e.mu.Unlock()
	e.under.Wait()
}

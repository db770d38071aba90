package agentdesk

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// hub looks for news in the streams once for all sessions of a node.
type hub struct {
	store streams
	hints <-chan struct{}
	log   zerolog.Logger

	mu       sync.Mutex
	sessions map[*session]bool
	closed   bool
	drained  sync.WaitGroup
}

func newHub(store streams, hints <-chan struct{}, log zerolog.Logger) *hub {
	return &hub{store: store, hints: hints, log: log, sessions: map[*session]bool{}}
}

// add takes a session in, unless the hub is closing.
func (h *hub) add(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.drained.Add(1)
	h.sessions[s] = true
	return true
}

func (h *hub) remove(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, s)
	h.drained.Done()
}

func (h *hub) size() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sessions)
}

func (h *hub) all() []*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	found := make([]*session, 0, len(h.sessions))
	for s := range h.sessions {
		found = append(found, s)
	}
	return found
}

// closeLogin ends the sockets of a login that has ended.
func (h *hub) closeLogin(token string) {
	for _, s := range h.all() {
		if s.token == token {
			s.close(closeExpired, "logged out")
		}
	}
}

// run tells sessions which of their streams have news, until ctx ends; then it sends everybody elsewhere.
func (h *hub) run(ctx context.Context) error {
	const poll = time.Second // what a lost hint costs
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			h.mu.Lock()
			h.closed = true
			h.mu.Unlock()
			for _, s := range h.all() {
				s.close(closeDrain, "this node stops; connect again")
			}
			h.drained.Wait()
			return nil
		case <-h.hints:
		case <-ticker.C:
		}
		if err := h.look(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn().Err(err).Msg("streams not read")
		}
	}
}

// look reads the heads of all streams that anybody follows, in one query.
func (h *hub) look(ctx context.Context) error {
	sessions := h.all()
	names := map[string]bool{}
	for _, s := range sessions {
		for name := range s.following() {
			names[name] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	heads, err := h.store.StreamHeads(ctx, list)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		for name, seen := range s.following() {
			if heads[name] > seen {
				s.wake()
				break
			}
		}
	}
	return nil
}

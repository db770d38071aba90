package agentdesk

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/desk"
)

// hub looks for news in the streams once for all sessions of a node.
type hub struct {
	store hubStore
	hints <-chan struct{}
	log   zerolog.Logger

	mu       sync.Mutex
	sessions map[*session]bool
	closed   bool
	drained  sync.WaitGroup
	queues   map[string]desk.Queue // as the sessions know them
}

// hubStore is what a hub looks at.
type hubStore interface {
	StreamHeads(ctx context.Context, names []string) (map[string]int64, error)
	QueueStands(ctx context.Context) ([]desk.Queue, error)
}

func newHub(store hubStore, hints <-chan struct{}, log zerolog.Logger) *hub {
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
			s.close(closeExpired)
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
				s.close(closeDrain)
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
	if err := h.lookAtQueues(ctx, sessions); err != nil {
		return err
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

// lookAtQueues tells the sessions whose queues have changed.
func (h *hub) lookAtQueues(ctx context.Context, sessions []*session) error {
	stands, err := h.store.QueueStands(ctx)
	if err != nil {
		return err
	}
	changed := map[string]bool{}
	now := make(map[string]desk.Queue, len(stands))
	for _, q := range stands {
		now[q.Name] = q
		before, known := h.queues[q.Name]
		// At the first look nobody knows what has changed since the pages read their desks.
		changed[q.Name] = !known || before.Waiting != q.Waiting || !before.Oldest.Equal(q.Oldest)
	}
	h.queues = now
	for _, s := range sessions {
		if slices.ContainsFunc(s.agent.Queues, func(name string) bool { return changed[name] }) {
			s.tellQueues(now)
		}
	}
	return nil
}

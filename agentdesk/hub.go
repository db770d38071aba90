package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/login"
)

// hub looks for news in the streams once for all sessions of a node.
type hub struct {
	store   hubStore
	hints   <-chan struct{}
	changed func() []string
	log     zerolog.Logger
	asked   chan struct{} // gets a value after something was put in unsure

	mu       sync.Mutex
	sessions map[*session]bool
	beats    [beatParts]map[*session]bool // the same, by when they hear of the node
	part     int                          // the next session's
	unsure   map[string]bool              // streams that may have had something new before their page was known to follow them
	closed   bool
	drained  sync.WaitGroup
	queues   map[string]desk.Queue // as the sessions know them
	// overdue ends what is past a limit, and departed looks after an agent whose login has ended.
	overdue  func(context.Context)
	departed func(ctx context.Context, agent int64)
}

// hubStore is what a hub looks at.
type hubStore interface {
	StreamHeads(ctx context.Context, names []string) (map[string]int64, error)
	QueueStands(ctx context.Context) ([]desk.Queue, error)
	openLogins
	// RenewDesks renews the leases of the desks of agents, held by pages, for a time. It gives the agents whose lease it has renewed: not those
	// whose lease has ended, nor those whose row somebody else is about to change.
	RenewDesks(ctx context.Context, agents []int64, pages []string, lasting time.Duration) (renewed []int64, err error)
	Lookers(ctx context.Context, agents []int64) (map[int64][]desk.Looker, error)
}

func newHub(store hubStore, hints <-chan struct{}, changed func() []string, log zerolog.Logger) *hub {
	h := &hub{store: store, hints: hints, changed: changed, log: log, asked: make(chan struct{}, 1), sessions: map[*session]bool{}, unsure: map[string]bool{}}
	for i := range h.beats {
		h.beats[i] = map[*session]bool{}
	}
	return h
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
	h.beats[h.part][s] = true
	h.part = (h.part + 1) % beatParts
	return true
}

func (h *hub) remove(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, s)
	for _, part := range h.beats {
		delete(part, s)
	}
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

// beatParts is into how many parts the pages fall that hear of the node one after another: all at once would hold up whatever else is to be told.
const beatParts = 20

// beat has each page hear of the node every [beatEvery], until ctx ends, whatever the store does.
func (h *hub) beat(ctx context.Context) {
	ticker := time.NewTicker(beatEvery / beatParts)
	defer ticker.Stop()
	for n := 0; ; n = (n + 1) % beatParts {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		h.mu.Lock()
		for s := range h.beats[n] {
			s.beat()
		}
		h.mu.Unlock()
	}
}

// A page is looked after once in a poll: what a lost hint costs, and for how long a page outlives a login that another node has ended. It is done
// in parts, of so many pages at least, for what comes meanwhile waits for it.
const (
	poll      = time.Second
	pollParts = 20
	leastPart = 500
)

// run tells sessions which of their streams have news, until ctx ends; then it sends everybody elsewhere.
func (h *hub) run(ctx context.Context) error {
	var beats sync.WaitGroup
	beats.Go(func() { h.beat(ctx) })
	defer beats.Wait()
	ticker := time.NewTicker(poll / pollParts)
	defer ticker.Stop()
	touch := time.NewTicker(login.Touch)
	defer touch.Stop()
	part := 0
	var rest []*session // who is still to be looked after in this poll
	warn := func(err error, what string) {
		if err != nil && ctx.Err() == nil {
			h.log.Warn().Err(err).Msg(what)
		}
	}
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
			warn(h.lookAround(ctx), "queues and cases not read")
			warn(h.lookAtStreams(ctx, h.suspects(), h.all()), "streams not read")
		case <-h.asked:
			warn(h.lookAtStreams(ctx, h.suspects(), h.all()), "streams not read")
		case <-ticker.C:
			if part == 0 {
				rest = h.all()
				warn(h.lookAround(ctx), "queues and cases not read")
			}
			part = (part + 1) % pollParts
			var now []*session
			now, rest = firstPart(rest, part)
			warn(h.endExpired(ctx, now), "ended logins not looked for")
			warn(h.renew(ctx, now), "leases of desks not renewed")
			warn(h.lookAtStreams(ctx, streamsOf(now), now), "streams not read")
		case <-touch.C:
			warn(h.touch(ctx), "signs of life not noted")
			h.overdue(ctx)
		}
	}
}

// firstPart divides who is to be looked after: those of one part, and the rest, for which the parts from this one to the end of the poll are left.
func firstPart(sessions []*session, part int) (first, rest []*session) {
	left := (pollParts-part)%pollParts + 1
	n := min(len(sessions), max(leastPart, (len(sessions)+left-1)/left))
	return sessions[:n], sessions[n:]
}

// streamsOf are the streams that pages follow, each once.
func streamsOf(sessions []*session) []string {
	names := map[string]bool{}
	for _, s := range sessions {
		s.addStreams(names)
	}
	return slices.Collect(maps.Keys(names))
}

// suspects are the streams that may have something new.
func (h *hub) suspects() []string {
	names := map[string]bool{}
	for _, name := range h.changed() {
		names[name] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.Copy(names, h.unsure)
	clear(h.unsure)
	return slices.Collect(maps.Keys(names))
}

// ask has streams be looked at: a page follows them from now on, and hints of them may have come before.
func (h *hub) ask(streams map[string]int64) {
	h.mu.Lock()
	for name := range streams {
		h.unsure[name] = true
	}
	h.mu.Unlock()
	select {
	case h.asked <- struct{}{}:
	default:
	}
}

// lookAround tells the pages how queues stand, and who else looks at the cases that they have open.
func (h *hub) lookAround(ctx context.Context) error {
	sessions := h.all()
	if len(sessions) == 0 {
		return nil
	}
	return errors.Join(h.lookAtQueues(ctx, sessions), h.lookAtCases(ctx, sessions))
}

// lookAtStreams reads the heads of streams in one query, and tells those of some pages that follow one which has more than they were sent.
func (h *hub) lookAtStreams(ctx context.Context, names []string, sessions []*session) error {
	if len(names) == 0 {
		return nil
	}
	heads, err := h.store.StreamHeads(ctx, names)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		s.tellStreams(names, heads)
	}
	return nil
}

// tokens are the logins of sessions, each once.
func tokens(sessions []*session) [][]byte {
	seen := map[string]bool{}
	found := make([][]byte, 0, len(sessions))
	for _, s := range sessions {
		if !seen[s.token] {
			seen[s.token] = true
			found = append(found, []byte(s.token))
		}
	}
	return found
}

// endExpired closes the sockets of logins that have ended, on whichever node. One query asks after all of them.
func (h *hub) endExpired(ctx context.Context, sessions []*session) error {
	if len(sessions) == 0 {
		return nil
	}
	ended, err := h.store.EndedOf(ctx, tokens(sessions))
	if err != nil {
		return err
	}
	gone := map[int64]bool{}
	for _, token := range ended {
		for _, s := range sessions {
			if s.token == string(token) {
				s.close(closeExpired)
				gone[s.agent.ID] = true
			}
		}
	}
	for agent := range gone {
		h.departed(ctx, agent)
	}
	return nil
}

// renew renews the leases of pages that are due, all by one statement.
func (h *hub) renew(ctx context.Context, sessions []*session) error {
	now := time.Now()
	var due []*session
	var agents []int64
	var pages []string
	for _, s := range sessions {
		if s.isDue(now) {
			due, agents, pages = append(due, s), append(agents, s.agent.ID), append(pages, s.node())
		}
	}
	if len(due) == 0 {
		return nil
	}
	renewed, err := h.store.RenewDesks(ctx, agents, pages, acd.Reconnect)
	if err != nil {
		return err
	}
	ok := make(map[int64]bool, len(renewed))
	for _, agent := range renewed {
		ok[agent] = true
	}
	for _, s := range due {
		if ok[s.agent.ID] {
			s.renewAt(now.Add(leaseRenewal))
		} else {
			s.leaseAnew()
		}
	}
	return nil
}

// touch notes that the logins of all pages are alive.
func (h *hub) touch(ctx context.Context) error {
	sessions := h.all()
	if len(sessions) == 0 {
		return nil
	}
	return h.store.TouchLogins(ctx, tokens(sessions))
}

// lookAtQueues tells the sessions whose queues have changed.
func (h *hub) lookAtQueues(ctx context.Context, sessions []*session) error {
	stands, err := h.store.QueueStands(ctx)
	if err != nil {
		return err
	}
	var changed []string
	now := make(map[string]desk.Queue, len(stands))
	for _, q := range stands {
		now[q.Name] = q
		before, known := h.queues[q.Name]
		// At the first look nobody knows what has changed since the pages read their desks.
		if !known || !maps.Equal(before.Title, q.Title) || before.Waiting != q.Waiting || !before.Oldest.Equal(q.Oldest) || !before.Opens.Equal(q.Opens) {
			changed = append(changed, q.Name)
		}
	}
	h.queues = now
	if len(changed) == 0 {
		return nil
	}
	news := &queueNews{stands: now, frames: map[string]*websocket.PreparedMessage{}}
	for _, s := range sessions {
		if slices.ContainsFunc(changed, s.watches) {
			s.tellQueues(news)
		}
	}
	return nil
}

// queueNews is how queues stand, for all pages that are told of it. Those that show the same queues get the same bytes.
type queueNews struct {
	stands map[string]desk.Queue

	mu     sync.Mutex
	frames map[string]*websocket.PreparedMessage // by the names of the queues
}

// frame is what a page is told that shows some of the queues.
func (n *queueNews) frame(watches func(queue string) bool) (*websocket.PreparedMessage, error) {
	var names []string
	for name := range n.stands {
		if watches(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	key := strings.Join(names, " ")
	n.mu.Lock()
	defer n.mu.Unlock()
	if made, ok := n.frames[key]; ok {
		return made, nil
	}
	shown := make([]desk.Queue, 0, len(names))
	for _, name := range names {
		shown = append(shown, n.stands[name])
	}
	body, err := json.Marshal(object{"type": "queues", "queues": queuesJSON(shown)})
	if err != nil {
		return nil, err
	}
	made, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err == nil {
		n.frames[key] = made
	}
	return made, err
}

package agentdesk

import (
	"context"
	"slices"

	"okno/internal/access"
	"okno/internal/desk"
	"okno/internal/floor"
)

type lookingStore interface {
	// LookAt keeps which case an agent has open, by its number, and whether the agent is writing in it; "" is none.
	LookAt(ctx context.Context, agent int64, number string, typing bool) error
	// Lookers gives, for each of some agents, who else has the case open that the agent has.
	Lookers(ctx context.Context, agents []int64) (map[int64][]desk.Looker, error)
}

// looking is the case that a page has open, and who else has.
type looking struct {
	number string
	others []desk.Looker
	known  bool // who else has is known
	tell   bool // the page is to be told
}

// look notes which case the page has open, and whether something is being written in it. It tells no more of a case than lists do: who has it
// in hand.
func (s *session) look(ctx context.Context, number string, typing bool) error {
	if number != "" {
		if err := access.May(floor.Subject(s.agent), access.ListCases, access.Untied); err != nil {
			s.send(ctx, object{"type": "error", "code": "forbidden", "number": numbers["forbidden"]})
			return nil
		}
	}
	s.mu.Lock()
	if s.looking.number != number {
		s.looking = looking{number: number}
	}
	s.mu.Unlock()
	return s.desk.Store.LookAt(ctx, s.agent.ID, number, typing)
}

// looksAt is the case that the page has open; "" is none.
func (s *session) looksAt() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looking.number
}

// tellLookers has the page told who else looks at the case that it has open: at first, and when that has changed.
func (s *session) tellLookers(number string, others []desk.Looker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looking.number != number || s.looking.known && slices.Equal(s.looking.others, others) {
		return
	}
	s.looking = looking{number: number, others: others, known: true, tell: true}
	s.wake()
}

// sendLookers tells the page who else looks at the case, if it is to be told.
func (s *session) sendLookers(ctx context.Context) {
	s.mu.Lock()
	now := s.looking
	s.looking.tell = false
	s.mu.Unlock()
	if !now.tell {
		return
	}
	agents := make([]object, 0, len(now.others))
	for _, o := range now.others {
		agents = append(agents, object{"id": o.Agent, "name": o.Name, "typing": o.Typing})
	}
	s.send(ctx, object{"type": "looking", "case": now.number, "agents": agents})
}

// lookAtCases tells the sessions who else looks at the cases that they have open.
func (h *hub) lookAtCases(ctx context.Context, sessions []*session) error {
	var agents []int64
	open := map[*session]string{}
	for _, s := range sessions {
		if number := s.looksAt(); number != "" {
			open[s] = number
			agents = append(agents, s.agent.ID)
		}
	}
	if len(agents) == 0 {
		return nil
	}
	others, err := h.store.Lookers(ctx, agents)
	if err != nil {
		return err
	}
	for s, number := range open {
		s.tellLookers(number, others[s.agent.ID])
	}
	return nil
}

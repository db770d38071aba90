package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"okno/internal/acd"
)

var (
	errCommand = errors.New("no such command, or not with these arguments")
	errEmpty   = errors.New("there is nothing to send")
	errNoVoice = errors.New("this node has no voice")
	errRole    = errors.New("only a supervisor or an administrator may do this")
)

// commandLimit bounds a command; a page shows that it waits.
const commandLimit = 15 * time.Second

// verb does what an agent wants, and gives what the page is told.
type verb func(d *Desk, ctx context.Context, agent acd.Agent, args json.RawMessage) (any, error)

var verbs = map[string]verb{
	"set_status":  (*Desk).setStatus,
	"accept":      (*Desk).accept,
	"decline":     (*Desk).decline,
	"hangup":      (*Desk).hangUp,
	"reply":       (*Desk).reply,
	"finish":      (*Desk).finish,
	"note":        (*Desk).note,
	"disposition": (*Desk).disposition,
	"extend":      (*Desk).extend,
	"case_open":   (*Desk).caseOpen,
	"case_move":   (*Desk).caseMove,
	"order_link":  (*Desk).orderLink,
}

// command does a command once: a page that did not hear the answer sends it again under the same id.
func (s *session) command(ctx context.Context, m frame) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	result, err := s.desk.once(ctx, s.agent, m)
	if err != nil {
		code, text, _ := codeOf(err)
		if code == "internal" {
			s.desk.Log.Error().Err(err).Str("command", m.Name).Int64("agent", s.agent.ID).Msg("desk command")
		}
		s.send(object{"type": "result", "id": m.ID, "ok": false, "code": code, "detail": text})
		return
	}
	s.send(object{"type": "result", "id": m.ID, "ok": true, "data": result})
	s.wake()
}

func (d *Desk) once(ctx context.Context, agent acd.Agent, m frame) (json.RawMessage, error) {
	do, ok := verbs[m.Name]
	if !ok || m.ID == "" || len(m.ID) > 64 {
		return nil, errCommand
	}
	if result, done, err := d.Store.CommandResult(ctx, agent.ID, m.ID); err != nil || done {
		return result, err
	}
	data, err := do(d, ctx, agent, m.Args)
	if err != nil {
		return nil, err
	}
	result, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return result, d.Store.KeepCommand(ctx, agent.ID, m.ID, result)
}

// arguments reads a command's arguments.
func arguments(raw json.RawMessage, into any) error {
	if json.Unmarshal(raw, into) != nil {
		return errCommand
	}
	return nil
}

// onContact is what most commands have: the contact that they are about.
type onContact struct {
	Contact int64 `json:"contact"`
}

// withContact runs fn in one transaction on a contact that the agent has.
func (d *Desk) withContact(ctx context.Context, agent acd.Agent, contact int64, fn func(Work, acd.Contact) error) error {
	return d.Units(ctx, func(w Work) error {
		c, err := w.HeldContact(ctx, agent.ID, contact)
		if err != nil {
			return err
		}
		return fn(w, c)
	})
}

// by names an agent in transcripts, moves and the audit.
func by(agent acd.Agent) string { return "agent:" + strconv.FormatInt(agent.ID, 10) }

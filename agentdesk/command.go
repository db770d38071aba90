package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
)

var (
	errCommand   = errors.New("no such command, or not with these arguments")
	errNoService = errors.New("there is no such service")
	errPast      = errors.New("a term is not in the past")
	errEmpty     = errors.New("there is nothing to send")
	errTooLong   = errors.New("the reply has more segments than one may have; nothing was sent")
)

const (
	// commandLimit bounds a command; a page shows that it waits.
	commandLimit = 15 * time.Second
	// mostID is the longest id of a command, in bytes. The page's are ULIDs.
	mostID = 64
	// uncertainPause is the time after which a command is tried again whose commit nobody answered.
	uncertainPause = 500 * time.Millisecond
)

// verb does what an agent wants, in one unit of work with the command itself, and gives what the page is told. What it does outside the
// database is an order, written in the same unit of work.
type verb func(d *Desk, ctx context.Context, w Work, agent acd.Agent, args json.RawMessage) (any, error)

var verbs = map[string]verb{
	"set_status":       (*Desk).setStatus,
	"accept":           (*Desk).accept,
	"decline":          (*Desk).decline,
	"hangup":           (*Desk).release,
	"reply":            (*Desk).reply,
	"finish":           (*Desk).release,
	"hold":             onTalk(hold),
	"resume":           onTalk(resume),
	"record_pause":     onTalk(recordPause),
	"record_resume":    onTalk(recordResume),
	"supervise":        (*Desk).supervise,
	"direct":           (*Desk).direct,
	"requeue":          (*Desk).requeue,
	"promise_call":     (*Desk).promiseCall,
	"unsupervise":      onTalk(Floor.Unsupervise),
	"take_over":        onTalk(Floor.TakeOver),
	"rejoin":           onTalk(Floor.Rejoin),
	"keys":             (*Desk).keys,
	"transfer":         (*Desk).transfer,
	"consult":          (*Desk).consult,
	"swap":             onTalk(Floor.Swap),
	"conference":       onTalk(Floor.Conference),
	"complete":         (*Desk).complete,
	"cancel":           onTalk(Floor.Cancel),
	"note":             (*Desk).note,
	"disposition":      (*Desk).disposition,
	"extend":           (*Desk).extend,
	"take_back":        (*Desk).takeBack,
	"outgoing_call":    (*Desk).outgoingCall,
	"case_open":        (*Desk).caseOpen,
	"case_move":        (*Desk).caseMove,
	"case_batch":       (*Desk).caseBatch,
	"case_batch_undo":  (*Desk).caseBatchUndo,
	"appointment_book": (*Desk).appointmentBook,
	"appointment_move": (*Desk).appointmentMove,
	"verify":           (*Desk).verify,
	"bind":             (*Desk).bind,
	"unbind":           (*Desk).unbind,
	"order_link":       (*Desk).orderLink,
	"announce":         (*Desk).announce,
	"memo_send":        (*Desk).memoSend,
	"memos_read":       (*Desk).memosRead,
	"canned_save":      (*Desk).cannedSave,
	"canned_remove":    (*Desk).cannedRemove,
	"announce_end":     (*Desk).announceEnd,
}

// command does a command once: a page that did not hear the answer sends it again under the same id.
func (s *session) command(ctx context.Context, m frame) {
	limited, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	result, err := s.desk.once(limited, s.agent, []byte(s.token), m)
	if err != nil {
		code, text, _ := codeOf(err)
		if code == "internal" {
			s.desk.Log.Error().Err(err).Str("command", m.Name).Int64("agent", s.agent.ID).Msg("desk command")
		}
		s.send(ctx, object{"type": "result", "id": m.ID, "ok": false, "code": code, "number": numbers[code], "field": fieldOf(err), "detail": text})
		if errors.Is(err, errLoggedIn) {
			s.close(closeExpired)
		}
		return
	}
	s.send(ctx, object{"type": "result", "id": m.ID, "ok": true, "data": result})
	s.wake()
}

// once does a command, its effect and its answer in one unit of work. A command that failed has done nothing, and is done anew when it
// is sent again. While it is not known whether the unit of work was committed, the command is tried again: done before, it only answers.
func (d *Desk) once(ctx context.Context, agent acd.Agent, token []byte, m frame) (result json.RawMessage, err error) {
	do, ok := verbs[m.Name]
	if !ok || m.ID == "" || len(m.ID) > mostID || edge.Text("id", m.ID) != nil {
		return nil, errCommand
	}
	for {
		err = d.Units(ctx, func(w Work) (err error) {
			var done bool
			if result, done, err = w.BeginCommand(ctx, agent.ID, m.ID); err != nil || done {
				return err
			}
			// The login may have ended, and rights and telephone may have changed, since the socket was opened.
			agent, err := w.AgentOfCommand(ctx, token)
			if errors.Is(err, acd.ErrNoAgent) {
				err = errLoggedIn
			}
			if err != nil {
				return err
			}
			data, err := do(d, ctx, w, agent, m.Args)
			if err != nil {
				return err
			}
			if result, err = json.Marshal(data); err != nil {
				return err
			}
			return w.EndCommand(ctx, agent.ID, m.ID, result)
		})
		if !errors.Is(err, fault.ErrUncertain) {
			return result, err
		}
		pause := time.NewTimer(uncertainPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, err
		}
	}
}

// arguments reads a command's arguments.
func arguments(raw json.RawMessage, into any) error {
	if err := edge.CheckJSON(raw); len(raw) > 0 && fieldOf(err) != "" {
		return err
	}
	if json.Unmarshal(raw, into) != nil {
		return errCommand
	}
	return nil
}

// onContact is what most commands have: the contact that they are about.
type onContact struct {
	Contact int64 `json:"contact"`
}

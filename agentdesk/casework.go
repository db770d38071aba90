package agentdesk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/desk"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// mostLines is a page of a worklist.
const mostLines = 50

var (
	errAfter    error = &fault.Error{Kind: fault.Invalid, Field: "after", Text: "after: the next of the page before"}
	errTaken    error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has this case"}
	errAssignee error = &fault.Error{Kind: fault.Invalid, Field: "agent", Text: "name an agent, or a queue"}
	errNoAgent  error = &fault.Error{Kind: fault.Invalid, Field: "agent", Text: "there is no such agent"}
)

// worklist lists cases by term, by whose they are to work on, and by what narrows that. A line tells nothing of the citizen.
func (d *Desk) worklist(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListCases)
	var filter cases.Filter
	if err == nil {
		filter, err = caseFilter(r)
	}
	var after cases.After
	if err == nil {
		after, err = readAfter(r.URL.Query().Get("after"))
	}
	var lines []cases.Line
	if err == nil {
		lines, err = d.Store.Worklist(r.Context(), filter, agent.ID, after, mostLines+1)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	answer := object{}
	if len(lines) > mostLines {
		lines = lines[:mostLines]
		last := lines[mostLines-1]
		answer["next"] = last.DueAt.UTC().Format(time.RFC3339Nano) + "_" + strconv.FormatInt(last.ID, 10)
	}
	list := make([]object, 0, len(lines))
	for _, l := range lines {
		list = append(list, object{"id": l.ID, "number": l.Number, "kind": l.Kind, "state": l.State, "next": l.State.Next(), "service": l.Service, "agency": l.Agency,
			"priority": l.Priority, "queue": l.Queue, "assignee": l.Assignee, "due_at": when(l.DueAt), "opened_at": l.OpenedAt})
	}
	answer["cases"] = list
	d.answer(w, answer)
}

func readAfter(s string) (after cases.After, err error) {
	if s == "" {
		return after, nil
	}
	at, id, ok := strings.Cut(s, "_")
	after.DueAt, err = time.Parse(time.RFC3339Nano, at)
	if err == nil {
		after.ID, err = strconv.ParseInt(id, 10, 64)
	}
	if !ok || err != nil {
		return after, errAfter
	}
	return after, nil
}

// inCase runs what an agent does to a case in a unit of work.
func (d *Desk) inCase(r *http.Request, do func(w Work, agent acd.Agent, c cases.Assigned) (any, error)) (answer any, err error) {
	agent, token, err := d.agentOf(r)
	if err != nil {
		return nil, err
	}
	err = d.Units(r.Context(), func(work Work) error {
		if agent, err = work.AgentOfCommand(r.Context(), token); err != nil {
			return err
		}
		c, err := work.CaseToWork(r.Context(), r.PathValue("number"))
		if err == nil {
			answer, err = do(work, agent, c)
		}
		return err
	})
	return answer, err
}

// onCase is inCase with its answer. A case that the agent may not see is as unknown as one that there is not.
func (d *Desk) onCase(w http.ResponseWriter, r *http.Request, do func(w Work, agent acd.Agent, c cases.Assigned) (any, error)) {
	answer, err := d.inCase(r, do)
	d.answerCase(w, answer, err)
}

// answerCase answers with what came of work on a case.
func (d *Desk) answerCase(w http.ResponseWriter, answer any, err error) {
	if errors.Is(err, cases.ErrUnknown) {
		err = &fault.Error{Kind: fault.NotFound, Text: "there is no such case", Err: err}
	}
	d.answerWith(w, answer, err)
}

// answerWith answers with what came of a unit of work: an error, nothing, or something.
func (d *Desk) answerWith(w http.ResponseWriter, answer any, err error) {
	switch {
	case err != nil:
		d.fail(w, err)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		d.answer(w, answer)
	}
}

// assignedTie is how a case is tied to an agent who works on it.
func assignedTie(c cases.Assigned, agent int64) access.Tie {
	if c.Agent == agent {
		return access.Assigned
	}
	return access.Untied
}

// mayView says whether an agent may see a case, for a reason or without, and gives the reason.
func mayView(r *http.Request, agent acd.Agent, c cases.Assigned) (reason string, err error) {
	tie, reason := assignedTie(c, agent.ID), strings.TrimSpace(r.URL.Query().Get("reason"))
	if tie == access.Untied {
		tie = reasonTie(reason)
	}
	return reason, access.May(floor.Subject(agent), access.ViewCase, tie)
}

// moveJSON is a step of a case.
func moveJSON(m cases.Move) object {
	return object{"id": m.ID, "from": m.From, "to": m.To, "at": m.At, "by": m.By, "name": m.Name, "why": m.Why, "told": m.Told, "delivery": m.Delivery}
}

// viewCase shows a case with its history to whom it was given, and to a supervisor who says why. The look is journalled.
func (d *Desk) viewCase(w http.ResponseWriter, r *http.Request) {
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		reason, err := mayView(r, agent, c)
		if err != nil {
			return nil, err
		}
		moves, err := work.CaseMoves(r.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		history := make([]object, 0, len(moves))
		for _, m := range moves {
			history = append(history, moveJSON(m))
		}
		view := d.caseJSON(c.Case)
		links, err := work.CaseLinks(r.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		belongs := make([]object, 0, len(links))
		for _, l := range links {
			belongs = append(belongs, object{"kind": l.Kind, "to": l.To, "number": l.Number, "state": l.State,
				"undo": l.Undoable(floor.By(agent.ID), time.Now())})
		}
		view["links"] = belongs
		files, err := work.Attachments(r.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		attached := make([]object, 0, len(files))
		for _, a := range files {
			attached = append(attached, attachmentJSON(a))
		}
		view["attachments"] = attached
		talks, err := work.RecordingsOfCase(r.Context(), agent.ID, c.ID)
		if err != nil {
			return nil, err
		}
		view["recordings"] = recordingsJSON(agent, talks)
		placed, err := work.CallsOfCase(r.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		calls := make([]object, 0, len(placed))
		for _, p := range placed {
			calls = append(calls, object{"at": p.At, "name": p.Name, "outcome": p.Outcome})
		}
		view["calls"] = calls
		if view["notes"], err = notesJSON(r.Context(), work, c.ID); err != nil {
			return nil, err
		}
		view["history"], view["queue"], view["priority"], view["due_at"], view["mine"] = history, c.Queue, c.Priority, when(c.DueAt), c.Agent == agent.ID
		return view, work.JournalView(r.Context(), c.Case, floor.By(agent.ID), reason)
	})
}

// caseDeliveries tells what became of the messages of a case's steps, by the ids of the moves. It tells nothing of the citizen, and the page asks
// every few seconds: the journal does not keep it.
func (d *Desk) caseDeliveries(w http.ResponseWriter, r *http.Request) {
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if _, err := mayView(r, agent, c); err != nil {
			return nil, err
		}
		found, err := work.CaseDeliveries(r.Context(), c.ID)
		return object{"moves": found}, err
	})
}

// takeCase gives a case that nobody has to the agent who asks.
func (d *Desk) takeCase(w http.ResponseWriter, r *http.Request) {
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if err := access.May(floor.Subject(agent), access.TakeCase, access.Untied); err != nil {
			return nil, err
		}
		switch c.Agent {
		case agent.ID:
			return nil, nil
		case 0:
			return nil, work.AssignCase(r.Context(), c.Case, cases.Assignment{Agent: agent.ID, Login: agent.Login}, floor.By(agent.ID))
		}
		return nil, errTaken
	})
}

// assignees lists to whom whoever leads the floor may give a case: those who serve citizens, and are not locked out.
func (d *Desk) assignees(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.AssignCase)
	var people []desk.Person
	if err == nil {
		people, err = d.Store.People(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := []object{}
	for _, p := range people {
		if !p.Locked && p.Role != access.Auditor {
			found = append(found, object{"login": p.Login, "name": p.Name})
		}
	}
	d.answer(w, object{"agents": found})
}

// assignCase gives a case to an agent, or to a queue.
func (d *Desk) assignCase(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Agent string `json:"agent"` // login
		Queue string `json:"queue"`
	}
	if err := edge.ReadJSON(w, r, 1<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if err := access.May(floor.Subject(agent), access.AssignCase, access.Untied); err != nil {
			return nil, err
		}
		to := cases.Assignment{Queue: body.Queue, Login: body.Agent}
		if (body.Agent == "") == (body.Queue == "") {
			return nil, errAssignee
		}
		if body.Agent != "" {
			var err error
			if to.Agent, err = work.AgentID(r.Context(), body.Agent); errors.Is(err, acd.ErrNoAgent) {
				return nil, errNoAgent
			} else if err != nil {
				return nil, err
			}
		}
		return nil, work.AssignCase(r.Context(), c.Case, to, floor.By(agent.ID))
	})
}

// moveAssigned takes a case on by whoever works on it, without a contact of the citizen, and tells the citizen.
func (d *Desk) moveAssigned(w http.ResponseWriter, r *http.Request) {
	var body struct {
		From  cases.State `json:"from"` // as the agent saw it
		To    cases.State `json:"to"`
		Why   string      `json:"why"`
		DueOn string      `json:"due_on"`
	}
	if err := edge.ReadJSON(w, r, 16<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	why := strings.TrimSpace(body.Why)
	due, err := optionalDate(body.DueOn)
	switch {
	case err != nil:
		d.fail(w, &fault.Error{Kind: fault.Invalid, Field: "due_on", Text: "a date, YYYY-MM-DD"})
		return
	case d.past(due):
		d.fail(w, &fault.Error{Kind: fault.Invalid, Field: "due_on", Text: "a term is not in the past"})
		return
	case why == "" || len([]rune(why)) > mostWhy:
		d.fail(w, errWhy)
		return
	}
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if err := access.May(floor.Subject(agent), access.MoveCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		if c.State != body.From {
			return nil, cases.ErrMoved
		}
		if due.IsZero() {
			due = c.DueOn
		}
		moved, err := work.MoveCase(r.Context(), c.Case, body.To, due, floor.By(agent.ID), why)
		if err != nil {
			return nil, err
		}
		return d.caseJSON(moved), d.tellStep(r.Context(), work, moved)
	})
}

// mostWhy is the letters of a reason.
const mostWhy = 1000

// tellStep tells the citizen where a case stands now, and keeps what was told.
func (d *Desk) tellStep(ctx context.Context, w Work, c cases.Case) error {
	told, err := d.Teller.Tell(ctx, w, c)
	if err == nil {
		err = w.NoteTold(ctx, c, told)
	}
	return err
}

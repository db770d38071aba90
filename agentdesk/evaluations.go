package agentdesk

import (
	"context"
	"errors"
	"net/http"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/edge"
	"okno/internal/evaluation"
	"okno/internal/floor"
)

type evaluationStore interface {
	// EvaluationForms lists all forms in their newest versions, those that have ended at the end.
	EvaluationForms(ctx context.Context) ([]evaluation.Form, error)
	// LatestEvaluations lists evaluations, the newest first; EvaluationsOfAgent those of an agent's work.
	LatestEvaluations(ctx context.Context, limit int) ([]evaluation.Evaluation, error)
	EvaluationsOfAgent(ctx context.Context, agent int64, limit int) ([]evaluation.Evaluation, error)
	// ToEvaluate lists contacts that nobody has evaluated, and that are not the work of whoever asks; NextToEvaluate draws one.
	ToEvaluate(ctx context.Context, asks int64, limit int) ([]evaluation.Subject, error)
	NextToEvaluate(ctx context.Context, asks int64) (id int64, found bool, err error)
}

type evaluationWork interface {
	formWork
	// ContactToEvaluate gives a contact that is over. contact.ErrUnknown of any other.
	ContactToEvaluate(ctx context.Context, id int64) (evaluation.Subject, error)
	// FormOfQueue gives the form by which contacts of a queue are evaluated now. evaluation.ErrNoForm.
	FormOfQueue(ctx context.Context, queue string) (evaluation.Form, error)
	// EvaluationOf gives that of a contact, and keeps others from it. evaluation.ErrUnknown.
	EvaluationOf(ctx context.Context, contact int64) (evaluation.Evaluation, error)
	// AddEvaluation and ChangeEvaluation keep what was filled in and checked. evaluation.ErrOther, evaluation.ErrErased.
	AddEvaluation(ctx context.Context, by string, e evaluation.Evaluation) error
	ChangeEvaluation(ctx context.Context, by string, was, to evaluation.Evaluation) error
	ReplyToEvaluation(ctx context.Context, by string, e evaluation.Evaluation, r evaluation.Reply) error
	// Transcript gives the last lines of an interaction, the newest first, RecordingsOfInteraction the talks in it that were recorded.
	Transcript(ctx context.Context, interaction int64) ([]desk.Entry, error)
	RecordingsOfInteraction(ctx context.Context, agent, interaction int64) ([]desk.Recorded, error)
}

const (
	// mostEvaluations is how many evaluations are listed.
	mostEvaluations = 100
	// mostFilled is the longest request to evaluate a contact, in bytes.
	mostFilled = 256 << 10
)

// mayEvaluate says whether an agent may do an act to the evaluation of a contact. Nobody evaluates the own work.
func mayEvaluate(agent acd.Agent, act access.Act, s evaluation.Subject) error {
	tie := access.Untied
	if s.Agent == agent.ID {
		tie = access.Own
	}
	return access.May(floor.Subject(agent), act, tie)
}

// asksToEvaluate gives who asks, and about which contact.
func (d *Desk) asksToEvaluate(r *http.Request) (agent acd.Agent, id int64, err error) {
	if agent, err = d.allowed(r, access.Evaluate); err == nil {
		id, err = contactID(r)
	}
	return agent, id, err
}

// toEvaluate gives a contact that a supervisor may evaluate.
func toEvaluate(ctx context.Context, w Work, agent acd.Agent, id int64) (evaluation.Subject, error) {
	s, err := w.ContactToEvaluate(ctx, id)
	if err == nil {
		err = mayEvaluate(agent, access.Evaluate, s)
	}
	return s, err
}

// latestEvaluations lists what supervisors have evaluated of late.
func (d *Desk) latestEvaluations(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ViewEvaluation)
	var all []evaluation.Evaluation
	if err == nil {
		all, err = d.Store.LatestEvaluations(r.Context(), mostEvaluations)
	}
	d.answerEvaluations(w, agent, all, err)
}

// ownEvaluations lists those of the agent's own work.
func (d *Desk) ownEvaluations(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err == nil {
		err = access.May(floor.Subject(agent), access.ViewEvaluation, access.Own)
	}
	var all []evaluation.Evaluation
	if err == nil {
		all, err = d.Store.EvaluationsOfAgent(r.Context(), agent.ID, mostEvaluations)
	}
	d.answerEvaluations(w, agent, all, err)
}

func (d *Desk) answerEvaluations(w http.ResponseWriter, agent acd.Agent, all []evaluation.Evaluation, err error) {
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, e := range all {
		found = append(found, evaluationJSON(agent, e))
	}
	d.answer(w, object{"evaluations": found})
}

// evaluationJSON is an evaluation as an agent sees it.
func evaluationJSON(agent acd.Agent, e evaluation.Evaluation) object {
	shown := subjectJSON(e.Subject)
	shown["form"], shown["by"], shown["evaluated_at"] = formJSON(e.Form), e.ByName, e.At
	shown["score"], shown["answers"], shown["remark"], shown["reply"] = nil, e.Filled.Answers, e.Filled.Remark, nil
	shown["changeable"] = e.Changeable && e.By == agent.ID
	if e.Scored {
		shown["score"] = e.Score
	}
	if !e.RepliedAt.IsZero() {
		shown["reply"] = object{"at": e.RepliedAt, "agreed": e.Reply.Agreed, "remark": e.Reply.Remark}
	}
	return shown
}

func subjectJSON(s evaluation.Subject) object {
	return object{"contact": s.Contact, "queue": s.Queue, "channel": s.Channel, "at": s.At, "agent": s.AgentName}
}

// listToEvaluate lists the contacts that can be evaluated, of which a supervisor chooses one for a reason.
func (d *Desk) listToEvaluate(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.Evaluate)
	found := []object{}
	if err == nil {
		var all []evaluation.Subject
		all, err = d.Store.ToEvaluate(r.Context(), agent.ID, mostEvaluations)
		for _, s := range all {
			found = append(found, subjectJSON(s))
		}
	}
	d.answerWith(w, object{"contacts": found}, err)
}

// nextToEvaluate draws a contact to be evaluated; null: there is none.
func (d *Desk) nextToEvaluate(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.Evaluate)
	var next any
	if err == nil {
		var id int64
		var found bool
		if id, found, err = d.Store.NextToEvaluate(r.Context(), agent.ID); found {
			next = id
		}
	}
	d.answerWith(w, object{"contact": next}, err)
}

// viewEvaluation gives a supervisor a contact with its transcript and its recordings, and the evaluation, or the form by which to make one. The
// journal keeps the look.
func (d *Desk) viewEvaluation(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksToEvaluate(r)
	var shown object
	if err == nil {
		err = d.Units(r.Context(), func(work Work) (err error) {
			shown, err = evaluationView(r.Context(), work, agent, id)
			return err
		})
	}
	d.answerWith(w, shown, err)
}

func evaluationView(ctx context.Context, w Work, agent acd.Agent, id int64) (object, error) {
	s, err := toEvaluate(ctx, w, agent, id)
	if err != nil {
		return nil, err
	}
	shown := subjectJSON(s)
	e, err := w.EvaluationOf(ctx, id)
	switch {
	case err == nil:
		shown["evaluation"], shown["form"] = evaluationJSON(agent, e), formJSON(e.Form)
	case errors.Is(err, evaluation.ErrUnknown):
		form, err := w.FormOfQueue(ctx, s.Queue)
		if err != nil {
			return nil, err
		}
		shown["evaluation"], shown["form"] = nil, formJSON(form)
	default:
		return nil, err
	}
	lines, err := w.Transcript(ctx, s.Interaction)
	if err != nil {
		return nil, err
	}
	recordings, err := w.RecordingsOfInteraction(ctx, agent.ID, s.Interaction)
	if err != nil {
		return nil, err
	}
	shown["timeline"], shown["recordings"] = linesJSON(lines), recordingsJSON(agent, recordings)
	return shown, w.JournalDeed(ctx, agent.ID, "contact.view", id, map[string]any{"citizen": s.Citizen, "reason": "evaluation"})
}

// filled is an evaluation as it comes from the page.
type filled struct {
	Form    string `json:"form"`
	Version int64  `json:"version"`
	evaluation.Filled
}

// evaluate keeps how a supervisor evaluates a contact, or changes that within a day.
func (d *Desk) evaluate(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksToEvaluate(r)
	var body filled
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostFilled, false, &body))
	}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error { return keepEvaluation(r.Context(), work, agent, id, body) })
	}
	d.done(w, err)
}

func keepEvaluation(ctx context.Context, w Work, agent acd.Agent, id int64, body filled) error {
	s, err := toEvaluate(ctx, w, agent, id)
	if err != nil {
		return err
	}
	was, err := w.EvaluationOf(ctx, id)
	is := evaluation.Evaluation{Subject: s, Form: was.Form, By: agent.ID}
	there := err == nil
	switch {
	case there && was.By != agent.ID:
		return evaluation.ErrOther
	case there && !was.Changeable, !there && s.Late:
		return evaluation.ErrSettled
	case errors.Is(err, evaluation.ErrUnknown):
		is.Form, err = w.FormOfQueue(ctx, s.Queue)
	}
	if err != nil {
		return err
	}
	if is.Form.Name != body.Form || is.Form.Version != body.Version {
		return evaluation.ErrForm
	}
	is.Filled = body.Filled
	if err := is.Filled.Check(is.Form.Questions); err != nil {
		return err
	}
	is.Score, is.Scored = is.Filled.Score(is.Form.Questions)
	if there {
		return w.ChangeEvaluation(ctx, floor.By(agent.ID), was, is)
	}
	return w.AddEvaluation(ctx, floor.By(agent.ID), is)
}

// replyToEvaluation keeps what an agent says to the evaluation of the own work, once.
func (d *Desk) replyToEvaluation(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksOfContact(r)
	var reply evaluation.Reply
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 16<<10, false, &reply))
	}
	if err == nil {
		err = reply.Check()
	}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			e, err := work.EvaluationOf(r.Context(), id)
			if err == nil {
				err = mayEvaluate(agent, access.ReplyToEvaluation, e.Subject)
			}
			if err == nil && !e.RepliedAt.IsZero() {
				err = evaluation.ErrReplied
			}
			if err != nil {
				return err
			}
			return work.ReplyToEvaluation(r.Context(), floor.By(agent.ID), e, reply)
		})
	}
	d.done(w, err)
}

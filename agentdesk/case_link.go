package agentdesk

import (
	"errors"
	"net/http"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

var (
	errWhy   error = &fault.Error{Kind: fault.Invalid, Field: "why", Text: "say why, in at most 1000 letters"}
	errOther error = &fault.Error{Kind: fault.Invalid, Field: "other", Text: "there is no such case"}
)

// pairing is what links two cases: the other one, and why.
type pairing struct {
	Other string `json:"other"` // number
	Why   string `json:"why"`
}

// onPair runs what an agent does to two cases in a unit of work, which keeps others from both.
func (d *Desk) onPair(w http.ResponseWriter, r *http.Request, do func(work Work, agent acd.Agent, c, other cases.Assigned, why string) (any, error)) {
	var body pairing
	if err := edge.ReadJSON(w, r, 16<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	why := strings.TrimSpace(body.Why)
	number, refused := cases.ParseNumber(body.Other)
	switch {
	case refused != "":
		d.fail(w, errOther)
		return
	case why == "" || len([]rune(why)) > mostWhy:
		d.fail(w, errWhy)
		return
	}
	agent, token, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	var answer any
	err = d.Units(r.Context(), func(work Work) error {
		if agent, err = work.AgentOfCommand(r.Context(), token); err != nil {
			return err
		}
		c, other, err := work.CasesToLink(r.Context(), r.PathValue("number"), number)
		if errors.Is(err, cases.ErrUnknown) && c.ID != 0 {
			return errOther
		}
		if err == nil {
			answer, err = do(work, agent, c, other, why)
		}
		return err
	})
	d.answerCase(w, answer, err)
}

// linkCase keeps that a case has to do with another.
func (d *Desk) linkCase(w http.ResponseWriter, r *http.Request) {
	d.onPair(w, r, func(work Work, agent acd.Agent, c, other cases.Assigned, why string) (any, error) {
		if err := access.May(floor.Subject(agent), access.LinkCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		return nil, work.LinkCases(r.Context(), c.Case, other.Case, cases.Related, floor.By(agent.ID), why)
	})
}

// unlinkCase ends that a case has to do with another.
func (d *Desk) unlinkCase(w http.ResponseWriter, r *http.Request) {
	d.onPair(w, r, func(work Work, agent acd.Agent, c, other cases.Assigned, why string) (any, error) {
		if err := access.May(floor.Subject(agent), access.LinkCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		return nil, work.UnlinkCases(r.Context(), c.Case, other.Case, floor.By(agent.ID), why)
	})
}

// mergeCase closes a case as a duplicate of another, and tells its citizen. An agent merges cases of one citizen at one agency.
func (d *Desk) mergeCase(w http.ResponseWriter, r *http.Request) {
	d.onPair(w, r, func(work Work, agent acd.Agent, c, other cases.Assigned, why string) (any, error) {
		who := floor.Subject(agent)
		if err := access.May(who, access.LinkCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		if err := c.CheckMerge(other.Case, access.May(who, access.MergeOthers, access.Untied) == nil); err != nil {
			return nil, err
		}
		merged, err := work.MergeCase(r.Context(), c.Case, other.Case, floor.By(agent.ID), why)
		if err != nil {
			return nil, err
		}
		stands, err := work.CaseGoingOn(r.Context(), merged)
		if err != nil {
			return nil, err
		}
		told, err := d.Teller.TellMerged(r.Context(), work, merged, stands)
		if err == nil {
			err = work.NoteTold(r.Context(), merged, told)
		}
		return d.caseJSON(merged), err
	})
}

// unmergeCase takes a merge back within ten minutes, by whoever made it, and tells the citizen where the case stands again.
func (d *Desk) unmergeCase(w http.ResponseWriter, r *http.Request) {
	d.onPair(w, r, func(work Work, agent acd.Agent, c, other cases.Assigned, why string) (any, error) {
		if err := access.May(floor.Subject(agent), access.LinkCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		moved, err := work.UnmergeCase(r.Context(), c.Case, other.Case, floor.By(agent.ID), why)
		if err != nil {
			return nil, err
		}
		return d.caseJSON(moved), d.tellStep(r.Context(), work, moved)
	})
}

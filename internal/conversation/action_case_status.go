package conversation

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/lockout"
)

// caseStatus tells the citizen all of an own case, and anybody else the stage alone. A case belongs to a citizen, whose number has to be
// more than a claim; one that was opened by a number alone is seen by that number alone. A duplicate stands where the case stands that goes
// on in its place: whose the duplicate is decides who learns what.
var caseStatus = action{
	name:   "case.status",
	inputs: values{"case": dialogue.TypeCaseNumber},
	// Whoever is verified too little learns the stage, as anybody does who knows the number.
	below: "stage_only", personal: []string{"found", "settled", "earlier", "late", "place", "visit", "waiting"},
	outcomes: map[string]values{
		"found":      {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "due": dialogue.TypeDate},
		"settled":    {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase},
		"earlier":    {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "as_of": dialogue.TypeDate},  // the agency does not answer
		"late":       {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "as_of": dialogue.TypeDate},  // it is still asked: what it answers is sent
		"place":      {"place": dialogue.TypeCount, "moved": dialogue.TypeCount, "stage": dialogue.TypePhrase}, // in a long queue
		"visit":      toldTypes,                                                                                // an appointment
		"waiting":    {"case": dialogue.TypeCaseNumber, "ahead": dialogue.TypeCount},                           // for one
		"stage_only": {"stage": dialogue.TypePhrase},                                                           // another citizen's, or nobody knows whose number this is
		"unknown":    {},
		"blocked":    {}, // too many guesses at numbers
	},
	effect: func(ctx context.Context, r request) (result, error) {
		c, err := r.work.CaseByNumber(ctx, r.text("case"))
		unknown := errors.Is(err, cases.ErrUnknown)
		if err != nil && !unknown {
			return result{}, err
		}
		i := r.interaction
		own := !unknown && ownCase(i, c)
		if !own {
			if blocked, err := guessed(ctx, r, unknown); err != nil || blocked {
				return result{outcome: "blocked"}, err
			}
		}
		if unknown {
			return result{outcome: "unknown"}, nil
		}
		if err := r.work.LinkCase(ctx, i.ID, c.ID); err != nil {
			return result{}, err
		}
		if c, err = r.work.CaseGoingOn(ctx, c); err != nil {
			return result{}, err
		}
		found := map[string]dialogue.Value{"stage": {Type: dialogue.TypePhrase, Text: "stage." + string(c.State)}}
		if !own {
			return result{outcome: "stage_only", values: found}, nil
		}
		if c.Kind == cases.Appointment {
			if given, err := visitStatus(ctx, r, c); err != nil || given.outcome != "" {
				return given, err
			}
		}
		asked, waits, err := askState(ctx, r, c)
		if err != nil || waits {
			return later, err
		}
		found["next"] = dialogue.Value{Type: dialogue.TypePhrase, Text: "next." + string(c.State)}
		if c.Kind == cases.QueuePlace && !c.State.Settled() {
			if given, err := placeStatus(ctx, r, c, found["stage"]); err != nil || given.outcome != "" {
				return given, err
			}
		}
		if asked.Failed+asked.Open > 0 {
			found["as_of"] = dialogue.Value{Type: dialogue.TypeDate, Text: c.UpdatedAt.Format(time.DateOnly)}
			if asked.Open > 0 {
				return result{outcome: "late", values: found}, nil
			}
			return result{outcome: "earlier", values: found}, nil
		}
		if c.State.Settled() || c.DueOn.IsZero() {
			return result{outcome: "settled", values: found}, nil
		}
		found["due"] = dialogue.Value{Type: dialogue.TypeDate, Text: c.DueOn.Format("2006-01-02")}
		return result{outcome: "found", values: found}, nil
	},
}

// ownCase says whether a case is that of whom an interaction is with. Who that is has to be more than a claim.
func ownCase(i Interaction, c cases.Case) bool {
	proved := i.CitizenID
	if !i.Verification.AtLeast(citizen.ByNumber) {
		proved = 0
	}
	return c.BelongsTo(proved, i.Number)
}

// guessed counts a guess at a case number if it missed, and says whether this caller's guesses are answered no more: whatever they would
// find then, the answer is the same. A citizen's own case is no guess, and is always answered.
func guessed(ctx context.Context, r request, missed bool) (blocked bool, err error) {
	subject := lockout.Number(r.interaction.Number)
	if r.interaction.Number == "" { // withheld: others who withhold theirs are not to suffer for it
		subject = fmt.Sprintf("interaction:%d", r.interaction.ID)
	}
	attempts, err := r.work.LockAttempts(ctx, lockout.CaseNumber, subject)
	if err != nil {
		return false, err
	}
	now := r.engine.clock()
	if _, blocked := attempts.Blocked(now); blocked || !missed {
		return blocked, nil
	}
	attempts.Fail(now)
	return false, r.work.KeepAttempts(ctx, attempts)
}

// visitStatus tells when an appointment is, or how many wait longer for one; no outcome: it is over.
func visitStatus(ctx context.Context, r request, c cases.Case) (result, error) {
	a, err := r.work.AppointmentOf(ctx, c.ID)
	if err == nil && a.State == appointment.Booked {
		return result{outcome: "visit", values: r.told(a, c.Number)}, nil
	}
	if err != nil && !isNone(err) {
		return result{}, err
	}
	ahead, err := r.work.WaitingAhead(ctx, c.ID)
	if isNone(err) {
		return result{}, nil
	}
	return result{outcome: "waiting", values: map[string]dialogue.Value{
		"case":  {Type: dialogue.TypeCaseNumber, Text: c.Number},
		"ahead": {Type: dialogue.TypeCount, Text: strconv.Itoa(ahead)},
	}}, err
}

// askState asks the agency of an open case where it stands, while a caller waits; an answer moves the case before the effect is carried out
// again. What was reported a moment ago is not asked for.
func askState(ctx context.Context, r request, c cases.Case) (a exchange.Answers, waits bool, err error) {
	if !r.interaction.waits() || !exchange.Told(c) || c.State.Settled() || r.engine.clock().Sub(c.UpdatedAt) < fresh {
		return a, false, nil
	}
	return ask(ctx, r, exchange.Question{Kind: exchange.CaseAsked, Agency: c.Agency, CaseID: c.ID})
}

// placeStatus tells the place in a queue, and how far it has moved up this month; no outcome: none was reported yet.
func placeStatus(ctx context.Context, r request, c cases.Case, stage dialogue.Value) (result, error) {
	now := r.engine.clock()
	place, err := r.work.PlaceOf(ctx, c.ID, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()))
	if isUnknown(err) {
		return result{}, nil
	}
	return result{outcome: "place", values: map[string]dialogue.Value{
		"place": {Type: dialogue.TypeCount, Text: strconv.Itoa(place.Number)},
		"moved": {Type: dialogue.TypeCount, Text: strconv.Itoa(max(place.MovedUp, 0))},
		"stage": stage,
	}}, err
}

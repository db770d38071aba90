package conversation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"okno/internal/citizen"
	"okno/internal/dialogue"
)

// values are the types of an action's inputs, or of an outcome's values, by name.
type values = map[string]dialogue.Type

// action is something that a dialogue may have done. Its file holds all of it: what it takes, what may come of it, who may have
// it done, and its effect. The vocabulary of dialogues and the engine both read the list of actions.
type action struct {
	name     string
	inputs   values
	optional values            // inputs that may be left out
	writes   bool              // takes a text to send
	enters   string            // the input that names a node, which is a queue
	outcomes map[string]values // the closed set, each with all values that it carries
	// least is the verification that the citizen needs; whoever has less gets the outcome below, and the effect does not run.
	least    citizen.Verification
	below    string
	proves   bool     // raises the verification
	personal []string // outcomes whose values are for the citizen alone
	// effect runs in the unit of work of the step that asks for it. It gives one of the outcomes, or [later].
	effect func(ctx context.Context, r request) (result, error)
}

// actions are all that a dialogue may have done. The effect of a queue node is one of them.
var actions = []action{
	queueJoin, announcementNow, recordingRule, recordingAllow, messageRecord, messageHear, messageSend, surveyDue, surveyMark,
	serviceFind, serviceOffers, serviceCategories, serviceInCategory,
	caseStatus, caseWithdraw, caseReopen, caseRate, passcodeFetch, wordsCorrect,
	appealOpen, appealFile, callbackOpen, callbackTimes, callbackPromise, queueText,
	feeMine, feeOfCase, feeLink,
	appointmentMine, appointmentOffices, appointmentDays, appointmentTimes, appointmentBook, appointmentMove, appointmentWait, appointmentTake,
	noticesStop, noticesStart, smsSend,
	identityWays, identityClaim, identitySend, identityProve,
	pinSet, pinRemove, bindingAdd,
}

// request is one effect to be carried out.
type request struct {
	engine      *Engine
	work        Work
	dialogue    *dialogue.Definition
	interaction Interaction // Language is the one that the dialogue speaks now
	effect      *dialogue.Effect
}

// text gives an input; "" if it was left out.
func (r request) text(input string) string { return r.effect.With[input].Text }

// result is what came of an effect.
type result struct {
	outcome  string
	values   map[string]dialogue.Value
	proved   *proved           // how sure one is from now on of whom the interaction is with; nil: as before
	language dialogue.Language // in which the conversation goes on; "" as before
}

// later is the result of an effect whose outcome comes by [Engine.Answer].
var later = result{}

// errUndeclared says that an effect gave what its action does not declare.
var errUndeclared = errors.New("undeclared by the action")

func actionOf(name string) (action, error) {
	i := slices.IndexFunc(actions, func(a action) bool { return a.name == name })
	if i < 0 {
		return action{}, fmt.Errorf("no action %q", name)
	}
	return actions[i], nil
}

// run carries out an effect, if the citizen is verified enough for it.
func (a action) run(ctx context.Context, r request) (result, error) {
	if !r.interaction.Verification.AtLeast(a.least) {
		return result{outcome: a.below}, a.declares(result{outcome: a.below})
	}
	given, err := a.effect(ctx, r)
	if err != nil || given.outcome == "" {
		return later, err
	}
	return given, a.declares(given)
}

// declares refuses an outcome that is not the action's, and one whose values are not those that it declares. The error names no
// value: it may be a secret.
func (a action) declares(given result) error {
	declared, ok := a.outcomes[given.outcome]
	if !ok {
		return fmt.Errorf("action %s: outcome %q: %w", a.name, given.outcome, errUndeclared)
	}
	types := values{}
	for name, value := range given.values {
		types[name] = value.Type
	}
	if !maps.Equal(types, declared) {
		return fmt.Errorf("action %s: outcome %q with %v, and not %v: %w", a.name, given.outcome, types, declared, errUndeclared)
	}
	return nil
}

// signature is what a dialogue is checked against.
func (a action) signature() dialogue.Action {
	return dialogue.Action{Inputs: a.inputs, Optional: a.optional, Writes: a.writes, Enters: a.enters, Outcomes: a.outcomes, Below: a.below, Proves: a.proves, Personal: a.personal}
}

// signatures are those of all actions that a node can name; a queue is a node of its own kind.
func signatures() map[string]dialogue.Action {
	all := map[string]dialogue.Action{}
	for _, a := range actions {
		if a.name != dialogue.QueueAction {
			all[a.name] = a.signature()
		}
	}
	return all
}

// act carries out an effect and gives its outcome as the next input, or nil if the outcome comes later.
func (e *Engine) act(ctx context.Context, w Work, d *dialogue.Definition, i *Interaction, effect *dialogue.Effect) (*dialogue.Input, error) {
	a, err := actionOf(effect.Action)
	if err != nil {
		return nil, err
	}
	given, err := a.run(ctx, request{engine: e, work: w, dialogue: d, interaction: *i, effect: effect})
	if err != nil || given.outcome == "" {
		return nil, err
	}
	if given.proved != nil { // what follows in the same turn knows it
		i.CitizenID, i.Verification = given.proved.citizen, given.proved.level
	}
	in := outcomeOf(effect, given)
	return &in, nil
}

func outcomeOf(effect *dialogue.Effect, given result) dialogue.Input {
	in := dialogue.Input{Kind: dialogue.Outcome, Effect: effect.ID, Name: given.outcome, Values: given.values}
	if given.language != "" {
		in.Values = maps.Clone(in.Values)
		if in.Values == nil {
			in.Values = map[string]dialogue.Value{}
		}
		in.Values[dialogue.OutcomeLanguage] = dialogue.TextValue(string(given.language))
	}
	return in
}

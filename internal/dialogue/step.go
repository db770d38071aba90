package dialogue

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ErrStale says that an outcome answers an effect that the session no longer waits for.
var ErrStale = errors.New("outcome of another effect")

// mostHops bounds a step. The checks refuse a dialogue that loops without asking anything; this keeps one that got past
// them from holding a transaction for ever.
const mostHops = 64

// Begin gives the state of a new session. Slots hold what is known of the citizen beforehand.
func (d *Definition) Begin(channel Channel, known Language, slots map[string]Value) State {
	s := State{Version: d.Version, Channel: channel, Language: Russian, Slots: map[string]Value{}}
	maps.Copy(s.Slots, slots)
	if known != "" {
		s.Language = known
		s.Slots[slotKnownLanguage] = TextValue(string(known))
	}
	s.AllLanguages = known == "" && channel == Voice && d.asksForLanguage()
	return s
}

// asksForLanguage says whether the dialogue has a menu for it.
func (d *Definition) asksForLanguage() bool {
	for _, node := range d.Nodes {
		if node.Menu != nil && node.Menu.Remember == "language" {
			return true
		}
	}
	return false
}

// OutcomeLanguage is the value that any outcome may carry beside those that its action declares: the language in which the
// conversation goes on.
const OutcomeLanguage = "language"

// slotKnownLanguage is set while the citizen's language is known from before; SlotWhy holds the reason to see an operator.
const (
	slotKnownLanguage = "known_language"
	SlotWhy           = "why"
)

// Step gives what follows from an input. It changes nothing it is given. The only errors are a state that the definition
// does not know, and [ErrStale].
func (d *Definition) Step(state State, in Input) (Result, error) {
	r := &run{d: d, s: clone(state), keyed: in.Kind == Keys || in.Kind == Outcome}
	r.s.Steps++
	if r.s.Ended && in.Kind != Resumed { // resumed, the last words are said again
		return r.result(), nil
	}
	if in.Kind != Started && d.Nodes[r.s.Node] == nil {
		return Result{}, fmt.Errorf("dialogue %s has no node %q", d.Name, r.s.Node)
	}
	if in.Deaf {
		r.deafen()
	}
	var err error
	switch in.Kind {
	case Started:
		r.enter(d.Start[r.s.Channel])
	case Resumed:
		r.resume()
	case Hangup:
		r.s.Ended, r.s.Pending = true, nil
	case Outcome:
		err = r.outcome(in)
	case Waited:
		r.tellWait(in.Values)
	case Reached:
		r.reached()
	case Keys, Text, Silence:
		switch {
		case r.s.Pending == nil:
			r.answer(in)
		case in.Kind == Keys:
			r.leaveQueue(in.Keys)
		}
		// While any other effect is under way, keys are kept by the channel; messages go to the operator.
	default:
		err = fmt.Errorf("unknown input %q", in.Kind)
	}
	if err != nil {
		return Result{}, err
	}
	return r.result(), nil
}

// run is one step under way.
type run struct {
	d      *Definition
	s      State
	said   []Utterance
	effect *Effect
	hops   int
	chosen bool // a language was
	keyed  bool // the input came from keys, or follows from them
	came   bool // an action came to an outcome, and not in a call: what is said now tells of it
	refuse int  // utterances that say why the answer was refused, and what came before them
	repeat bool // what is said stands in State.Said already
}

func clone(s State) State {
	s.Slots, s.Strikes = maps.Clone(s.Slots), maps.Clone(s.Strikes)
	if s.Slots == nil {
		s.Slots = map[string]Value{}
	}
	if s.Strikes == nil {
		s.Strikes = map[string]int{}
	}
	s.Trail, s.Said = slices.Clone(s.Trail), slices.Clone(s.Said)
	return s
}

// enter goes to a node and on from there, until something is awaited.
func (r *run) enter(name string) {
	for {
		if r.hops++; r.hops > mostHops {
			r.s.Ended = true
			return
		}
		node := r.d.Nodes[name]
		if node == nil { // refused by the checks
			r.s.Ended = true
			return
		}
		r.s.Node, r.s.Page = name, 0
		switch {
		case node.Say != "":
			r.s.Told = r.s.Told || r.came
			r.say(node.Say, r.values(node.With))
			name = r.s.Channel.of(node.To)
			continue
		case node.End != nil:
			if node.End.Say != "" {
				r.say(node.End.Say, r.values(node.End.With))
			}
			r.s.Ended = true
		case node.Call != "":
			name = r.call(name, node)
			continue
		case node.Return != "":
			name = r.comeBack(node.Return)
			continue
		case node.Do != "":
			r.begin(node.Do, r.values(node.With), node.Write)
		case node.Queue != nil:
			r.enterQueue(node.Queue)
		case node.Menu != nil:
			if to, ok := r.passOver(node); ok {
				name = to
				continue
			}
			r.waitAt(name)
		case node.Ask != nil:
			r.waitAt(name)
		}
		return
	}
}

// passOver leaves out a menu whose answer the citizen gave in an earlier session.
func (r *run) passOver(node *Node) (to string, ok bool) {
	known, ok := r.s.Slots[slotKnownLanguage]
	if node.Menu.Remember != "language" || !ok {
		return "", false
	}
	delete(r.s.Slots, slotKnownLanguage) // so that * leads back to the menu, and not over it again
	for _, option := range node.Options {
		if option.Set["language"] == known.Text {
			r.trail(r.s.Node)
			return option.To, true
		}
	}
	return "", false
}

func (r *run) waitAt(name string) {
	r.trail(name)
	r.prompt()
}

func (r *run) trail(name string) {
	if n := len(r.s.Trail); n == 0 || r.s.Trail[n-1] != name {
		r.s.Trail = append(r.s.Trail, name)
	}
	const enough = 16
	if n := len(r.s.Trail); n > enough {
		r.s.Trail = slices.Clone(r.s.Trail[n-enough:])
	}
}

// prompt says what the node that waits has to say.
func (r *run) prompt() {
	node := r.d.Nodes[r.s.Node]
	if r.s.Aside {
		if node.Menu != nil && node.Menu.Aside != "" {
			r.say(node.Menu.Aside, r.values(node.Menu.With))
		}
		r.s.Ended = true
		return
	}
	if node.Ask != nil {
		r.say(node.Ask.Say, r.values(node.Ask.With))
		return
	}
	menu := node.Menu
	r.s.Told = r.s.Told || r.came && len(menu.With) > 0
	switch {
	case menu.Say == "":
	case menu.In == "all":
		r.sayInAll(menu.Say, r.values(menu.With))
	default:
		r.say(menu.Say, r.values(menu.With))
	}
	r.sayList(menu)
}

func (r *run) begin(action string, with map[string]Value, write string) {
	id := fmt.Sprintf("%d.%d", r.s.Steps, r.hops)
	if r.s.Aside { // the conversation counts on its own
		id = "aside." + id
	}
	r.effect = &Effect{ID: id, Action: action, With: with}
	if write != "" {
		r.effect.Write = &Utterance{Key: write, Language: r.s.Language, Values: r.ofText(r.s.Language, write, SMS, with)}
	}
	r.s.Pending = r.effect
}

func (r *run) enterQueue(q *Queue) {
	with := r.values(q.With)
	with["queue"] = TextValue(q.Name)
	with["reason"] = r.value(q.Reason)
	if q.Later {
		with[QueueLater] = TextValue("yes")
	}
	r.begin(QueueAction, with, "")
}

func (r *run) outcome(in Input) error {
	if r.s.Pending == nil || r.s.Pending.ID != in.Effect {
		return ErrStale
	}
	node := r.d.Nodes[r.s.Node]
	if node.Queue != nil && in.Name == QueueJoined {
		if node.Queue.Say != "" && !r.s.Called {
			r.say(node.Queue.Say, nil)
		}
		r.s.Called = false
		return nil
	}
	way, ok := node.Outcomes[in.Name]
	if !ok && in.Name == QueueAfterHours {
		way, ok = node.Outcomes[queueClosed]
	}
	if !ok {
		return fmt.Errorf("node %s has no way for outcome %q", r.s.Node, in.Name)
	}
	if node.Queue != nil { // the wait is over, and so are its words
		r.s.Said = nil
	}
	r.s.Pending = nil
	r.came = node.Do != "" && len(r.s.Calls) == 0
	for name, value := range in.Values {
		if name == OutcomeLanguage {
			r.speaks(Language(value.Text))
			continue
		}
		r.s.Slots[in.Name+"."+name] = value
	}
	if way.Retry == "" {
		if n := len(r.s.Trail); n > 0 {
			delete(r.s.Strikes, r.s.Trail[n-1]) // the answer that led here was a good one
		}
		r.enter(way.To)
		return nil
	}
	r.s.Node = way.Retry
	r.trail(way.Retry)
	r.strike(way.Say)
	return nil
}

// strike counts a wrong or missing answer at the node that waits: it is asked again, or helped by a person.
func (r *run) strike(explanation string) {
	node := r.d.Nodes[r.s.Node]
	tries, otherwise := r.d.tries(node)
	r.s.Strikes[r.s.Node]++
	if explanation != "" {
		r.say(explanation, r.values(nil))
		if r.keyed {
			r.refuse = len(r.said)
		}
	}
	if r.s.Strikes[r.s.Node] >= tries {
		delete(r.s.Strikes, r.s.Node)
		r.s.Slots[SlotWhy] = Value{Type: TypePhrase, Text: "why.trouble"}
		r.enter(otherwise)
		return
	}
	r.prompt()
}

func (r *run) resume() {
	r.repeat = true
	if len(r.s.Said) > 0 {
		r.said = slices.Clone(r.s.Said)
	} else if r.waits() {
		r.prompt()
	}
	r.effect = r.s.Pending
}

func (r *run) waits() bool {
	node := r.d.Nodes[r.s.Node]
	return node.Menu != nil || node.Ask != nil
}

// result closes the step: what is secret leaves the state, what was said is kept for repeating.
func (r *run) result() Result {
	for name, value := range r.s.Slots {
		if value.Type == TypeSecret {
			delete(r.s.Slots, name)
		}
	}
	r.s.Pending = r.s.Pending.withoutSecrets()
	if !r.repeat {
		for _, u := range r.said {
			if !u.secret() {
				r.s.Said = append(r.s.Said, u)
			}
		}
	}
	return Result{State: r.s, Utterances: r.said, Effect: r.effect, Expect: r.expect(), Chosen: r.chosen, Refused: r.refuse}
}

func (u Utterance) secret() bool {
	for _, v := range u.Values {
		if v.Type == TypeSecret {
			return true
		}
	}
	return false
}

func (r *run) expect() Expectation {
	if r.s.Ended {
		return Expectation{Kind: ExpectNothing}
	}
	if r.s.Pending != nil {
		if action := r.s.Pending.Action; action == RecordMessage || action == HearMessage {
			return Expectation{Kind: ExpectOutcome, Does: action}
		}
		return Expectation{Kind: ExpectOutcome, Queue: r.s.Pending.Action == QueueAction, Told: r.queue() != nil && r.queue().Queue.Wait != nil}
	}
	node := r.d.Nodes[r.s.Node]
	if node.Ask != nil {
		entry := r.d.entry(node.Ask, r.s.Channel)
		return Expectation{Kind: ExpectDigits, MinDigits: entry.MinDigits, MaxDigits: entry.MaxDigits, Whole: entry.Whole, Back: KeyBack,
			Terminator: KeyEnd, Timeout: askTimeout, InterDigit: interDigit, Spoken: r.spoken(node)}
	}
	return Expectation{Kind: ExpectKey, Keys: r.keys(node), Back: KeyBack, Timeout: menuTimeout, Spoken: r.spoken(node)}
}

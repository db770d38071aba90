package ivr_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/phone"
	"okno/internal/recording"
)

// script is a small dialogue: a menu, a code, a number of nine digits that does not begin with 0, a code for people who take their time, a
// queue, a goodbye. Where a call is stands in its session, as the real dialogue's state does,
// and what it was told in its transcript.
type script struct {
	mu   sync.Mutex
	down int           // steps that are to fail
	slow time.Duration // what the next step takes
	// spoken is what may be said at a node; set before anything runs.
	spoken map[string]*dialogue.Spoken
}

var errDown = errors.New("the script is down")

func (s *script) Begin(ctx context.Context, w conversation.Work, channel dialogue.Channel, from conversation.Caller) (conversation.Turn, error) {
	interaction, err := w.OpenInteraction(ctx, conversation.Interaction{Channel: channel, Number: from.Number, Verification: "none", Language: dialogue.Russian})
	if err == nil {
		err = w.AddSession(ctx, interaction, conversation.Session{State: dialogue.State{Version: "script", Node: "menu", Language: dialogue.Russian}})
	}
	turn := turnAt(interaction, "menu")
	turn.Expect.Spoken = s.spoken["menu"]
	return turn, err
}

func (s *script) Advance(ctx context.Context, w conversation.Work, interaction int64, in dialogue.Input) (conversation.Turn, error) {
	if s.fails() {
		return conversation.Turn{}, errDown
	}
	<-time.After(s.takesTime())
	_, state, err := w.LockSession(ctx, interaction)
	if err != nil {
		return conversation.Turn{}, err
	}
	if in.Kind == dialogue.Waited {
		return waitingTurn(interaction, in), nil
	}
	did := string(in.Kind)
	if in.Said {
		did = "said"
	}
	if in.Deaf {
		did += " deaf"
	}
	err = w.AddEntries(ctx, interaction, conversation.Entry{Speaker: conversation.Citizen, Kind: "did", Body: strings.TrimSpace(did + " " + in.Keys)})
	if err != nil {
		return conversation.Turn{}, err
	}
	var first []dialogue.Fragment
	refused := 0
	switch {
	case in.Kind == dialogue.Resumed || in.Kind == dialogue.Hangup:
	case in.Kind == dialogue.Silence && state.Node != "record":
		first = []dialogue.Fragment{words(texts["silence"])}
	case state.Node == "queue" && in.Keys == "1": // another way than to wait
		state.Node = "menu"
	case state.Node == "queue":
		turn := turnAt(interaction, "queue")
		turn.Spoken = nil
		return turn, nil
	case state.Node == "number" && strings.HasPrefix(in.Keys, "0"), state.Node == "ask" && len(in.Keys) > 3:
		first, refused = []dialogue.Fragment{words(texts["wrong"])}, 1
	case state.Node == "record":
		if err := w.AllowRecording(ctx, interaction, in.Keys == "1"); err != nil {
			return conversation.Turn{}, err
		}
		state.Node = "queue"
		turn := turnAt(interaction, "queue")
		turn.Spoken = turn.Spoken[:0]
		return turn, w.SaveSession(ctx, interaction, state)
	case state.Node == "ask" || state.Node == "number" || state.Node == "slow":
		state.Node = "menu"
		first = []dialogue.Fragment{words(texts["told"]), digits(in.Keys)}
	case in.Keys == "*" && state.Node == "menu": // no choice, and told by a name
		first = []dialogue.Fragment{words(name)}
	default:
		if in.Keys == "9" { // 7 is no choice
			state.Node, state.Pending = "message", &dialogue.Effect{ID: "1", Action: dialogue.RecordMessage}
			if err := w.BeginMessage(ctx, interaction, false); err != nil {
				return conversation.Turn{}, err
			}
			break
		}
		next, ok := map[string]string{"1": "ask", "2": "queue", "3": "bye", "4": "ask", "5": "number", "6": "slow", "8": "queue"}[in.Keys]
		if !ok {
			first, refused = []dialogue.Fragment{words(texts["wrong"])}, 1
			break
		}
		state.Node = next
		if in.Keys == "8" { // many words
			first = []dialogue.Fragment{words(texts["menu"])}
		}
		if next == "queue" {
			if _, err := w.JoinQueue(ctx, contact.Arrival{Interaction: interaction, Channel: "voice", Queue: "general", Language: "ru", Reason: "why.asked", Effect: "1"}); err != nil {
				return conversation.Turn{}, err
			}
		}
	}
	turn := turnAt(interaction, state.Node, first...)
	turn.Refused, turn.Expect.Spoken = refused, s.spoken[state.Node]
	if len(first) > 0 && first[0].Text == name {
		turn.Said = []dialogue.Utterance{{Key: name}, {Key: state.Node}}
	}
	return turn, w.SaveSession(ctx, interaction, state)
}

// Reached asks whoever was called whether the talk may be recorded, if the queue wants that.
func (s *script) Reached(ctx context.Context, w conversation.Work, interaction int64, queue string) (conversation.Turn, error) {
	_, state, err := w.LockSession(ctx, interaction)
	if err != nil {
		return conversation.Turn{}, err
	}
	rule, err := w.RecordingRule(ctx, interaction, queue)
	if err != nil || rule != recording.Asked {
		return turnAt(interaction, state.Node), err
	}
	state.Node = "record"
	return turnAt(interaction, "record"), w.SaveSession(ctx, interaction, state)
}

func (s *script) AwaitsAnswer(ctx context.Context, w conversation.Work, interaction int64) (bool, error) {
	_, state, err := w.LockSession(ctx, interaction)
	return state.Node == "record", err
}

// GoOn finds nothing that waits for answers: a script asks nobody.
func (s *script) GoOn(context.Context, conversation.Work, int64) (conversation.Turn, error) {
	return conversation.Turn{}, dialogue.ErrStale
}

func (s *script) Answer(ctx context.Context, w conversation.Work, interaction int64, outcome string) (conversation.Turn, error) {
	_, state, err := w.LockSession(ctx, interaction)
	if err == nil && !slices.Contains([]string{"queue", "message", "heard"}, state.Node) {
		err = dialogue.ErrStale
	}
	if err != nil {
		return conversation.Turn{}, err
	}
	switch outcome {
	case conversation.Recorded:
		state.Node = "heard"
		return turnAt(interaction, "heard"), w.SaveSession(ctx, interaction, state)
	case conversation.Heard:
		if err := owesCase(ctx, w, interaction); err != nil {
			return conversation.Turn{}, err
		}
	}
	state.Node = "bye"
	return turnAt(interaction, "bye"), w.SaveSession(ctx, interaction, state)
}

func (s *script) Nobody(ctx context.Context, w conversation.Work, interaction int64, _ string) (conversation.Turn, error) {
	return s.Answer(ctx, w, interaction, "nobody")
}

// InWriting sends the texts that could not be said.
func (s *script) InWriting(ctx context.Context, w conversation.Work, interaction int64, unsaid []dialogue.Utterance) ([]dialogue.Fragment, error) {
	i, _, err := w.LockSession(ctx, interaction)
	if err != nil || !phone.TakesSMS(i.Number) {
		return nil, err
	}
	for _, u := range unsaid {
		mt := message.MT{Lane: message.Reply, Destination: i.Number, Text: u.Key, Segments: 1, Interaction: interaction, ExpiresAt: time.Now().Add(time.Hour)}
		if err := w.EnqueueMT(ctx, mt); err != nil {
			return nil, err
		}
	}
	return []dialogue.Fragment{words(texts["written"])}, nil
}

func (s *script) Say(ctx context.Context, w conversation.Work, interaction int64) (conversation.Turn, error) {
	return s.Advance(ctx, w, interaction, dialogue.Input{Kind: dialogue.Resumed})
}

// LeaveMessage files what was left, as long as it says something.
func (s *script) LeaveMessage(ctx context.Context, w conversation.Work, interaction int64) error {
	there, send, err := w.RecordedMessage(ctx, interaction)
	if err != nil || !there {
		return err
	}
	if !send {
		return w.DropMessage(ctx, interaction)
	}
	return owesCase(ctx, w, interaction)
}

// owesCase makes a message a case.
func owesCase(ctx context.Context, w conversation.Work, interaction int64) error {
	c, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Appeal, Subject: "голосом", By: "okno"})
	if err != nil {
		return err
	}
	return w.SendMessage(ctx, interaction, c.Number)
}

// CallBack has whoever an interaction is with called back: at the node of the queue.
func (s *script) CallBack(ctx context.Context, w conversation.Work, interaction int64) error {
	i, _, err := w.LockSession(ctx, interaction)
	if err != nil {
		return err
	}
	return owe(ctx, w, i.Number)
}

// owe has a number called back.
func owe(ctx context.Context, w conversation.Work, number string) error {
	id, err := w.OpenInteraction(ctx, conversation.Interaction{Channel: dialogue.Voice, Number: number, Verification: "none", Language: dialogue.Russian})
	if err == nil {
		err = w.AddSession(ctx, id, conversation.Session{State: dialogue.State{Version: "script", Node: "queue", Language: dialogue.Russian}})
	}
	if err == nil {
		_, err = w.JoinQueue(ctx, contact.Arrival{Interaction: id, Channel: contact.Callback, Number: number, Queue: "general", Language: "ru",
			Reason: "why.asked", Effect: "1", Kept: &contact.Place{QueuedAt: time.Now()}})
	}
	return err
}

// Outgoing opens the conversation of an outgoing call.
func (s *script) Outgoing(ctx context.Context, w conversation.Work, o conversation.OutgoingCall) (contact.Arrival, error) {
	id, err := w.OpenInteraction(ctx, conversation.Interaction{Channel: dialogue.Voice, Number: o.Number, Verification: "none", Language: dialogue.Russian})
	if err == nil {
		err = w.AddSession(ctx, id, conversation.Session{State: dialogue.State{Version: "script", Node: "queue", Language: dialogue.Russian}})
	}
	return contact.Arrival{Interaction: id, Channel: contact.Outgoing, Number: o.Number, Queue: o.Queue, Language: "ru", Reason: "why.asked", Effect: "1",
		Kept: &contact.Place{QueuedAt: time.Now()}}, err
}

// Request has whoever asked while Okno was away called back.
func (s *script) Request(ctx context.Context, w conversation.Work, r call.Request) error {
	if open, err := w.CallbacksOf(ctx, r.Number); err != nil || len(open) > 0 {
		return err
	}
	return owe(ctx, w, r.Number)
}

func (s *script) Unanswered(context.Context, conversation.Work, int64) error { return nil }

func (s *script) PromiseCall(context.Context, conversation.Work, contact.Promise) (int64, error) {
	return 0, nil
}

func (s *script) Unreached(context.Context, conversation.Work, int64) error { return nil }

func (s *script) Reply(context.Context, conversation.Work, conversation.Turn) error { return nil }

func (s *script) Leave(ctx context.Context, w conversation.Work, interaction int64) (conversation.Outcome, error) {
	_, state, err := w.LockSession(ctx, interaction)
	if err == nil {
		_, err = s.Advance(ctx, w, interaction, dialogue.Input{Kind: dialogue.Hangup})
	}
	if state.Node == "menu" {
		return conversation.Incomplete, err
	}
	return conversation.SelfService, err
}

// waitingTurn tells how the wait stands.
func waitingTurn(interaction int64, in dialogue.Input) conversation.Turn {
	turn := turnAt(interaction, "queue")
	turn.Spoken = [][]dialogue.Fragment{{words(texts["same"])}}
	if len(in.Values) > 0 {
		turn.Spoken = [][]dialogue.Fragment{{words(texts["place"]), digits(in.Values[dialogue.WaitPlace].Text)}, {words(texts["choices"])}}
	}
	return turn
}

// turnAt says what is to be said first, and then the node's own text.
func turnAt(interaction int64, node string, first ...dialogue.Fragment) conversation.Turn {
	turn := conversation.Turn{Interaction: interaction, Language: dialogue.Russian}
	if len(first) > 0 {
		turn.Spoken = append(turn.Spoken, first)
	}
	turn.Spoken = append(turn.Spoken, []dialogue.Fragment{words(texts[node])})
	switch node {
	case "menu":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "123", Timeout: 4 * time.Second}
	case "record":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "12", Timeout: 4 * time.Second}
	case "ask":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 3, MaxDigits: 3, Back: "*", Terminator: "#",
			Timeout: 4 * time.Second, InterDigit: 2 * time.Second}
	case "number":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 9, MaxDigits: 9, Back: "*", Terminator: "#",
			Timeout: 6 * time.Second, InterDigit: 3 * time.Second}
	case "slow":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 6, MaxDigits: 6, Back: "*", Terminator: "#",
			Timeout: 15 * time.Second, InterDigit: 15 * time.Second}
	case "message":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Does: dialogue.RecordMessage}
	case "heard":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Does: dialogue.HearMessage}
	case "queue":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true}
	default:
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectNothing}
	}
	return turn
}

// fail makes the next steps fail.
func (s *script) fail(steps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = steps
}

// slowDown makes the next step take its time.
func (s *script) slowDown(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = d
}

func (s *script) takesTime() (d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, s.slow = s.slow, 0
	return d
}

func (s *script) fails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down--
	return s.down >= 0
}

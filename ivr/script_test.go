package ivr_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/store"
)

// script is a small dialogue: a menu, a code, a queue, a goodbye. What it knows is in a file, so that it outlives a process.
type script struct {
	db   *store.Store
	file string

	mu   sync.Mutex
	down int // steps that are to fail
}

// scriptState is what the file holds.
type scriptState struct {
	At    map[int64]string           // the node of each interaction
	Heard map[int64][]dialogue.Input // what each was told
	Lost  []bool                     // how operators left
}

func newScript(db *store.Store, file string) *script { return &script{db: db, file: file} }

func (s *script) Begin(ctx context.Context, c call.Call) (turn conversation.Turn, err error) {
	err = s.db.Do(ctx, func(w *store.Work) (err error) {
		c.Interaction, err = w.OpenInteraction(ctx, conversation.Interaction{
			Channel: dialogue.Voice, Number: c.Number, Verification: "none", Language: dialogue.Russian})
		if err != nil {
			return err
		}
		return w.AddCall(ctx, c)
	})
	if err != nil {
		return turn, err
	}
	return turn, s.change(func(state *scriptState) {
		state.At[c.Interaction] = "menu"
		turn = state.turn(c.Interaction)
	})
}

func (s *script) Advance(_ context.Context, interaction int64, in dialogue.Input) (turn conversation.Turn, err error) {
	return turn, s.change(func(state *scriptState) {
		state.Heard[interaction] = append(state.Heard[interaction], in)
		switch {
		case in.Kind == dialogue.Resumed || in.Kind == dialogue.Hangup:
			turn = state.turn(interaction)
		case in.Kind == dialogue.Silence:
			turn = state.turn(interaction, words(texts["silence"]))
		case state.At[interaction] == "ask":
			state.At[interaction] = "menu"
			turn = state.turn(interaction, words(texts["told"]), digits(in.Keys))
		default:
			next, ok := map[string]string{"1": "ask", "2": "queue", "3": "bye"}[in.Keys]
			if !ok {
				turn = state.turn(interaction, words(texts["wrong"]))
				return
			}
			state.At[interaction] = next
			turn = state.turn(interaction)
		}
	})
}

func (s *script) OperatorLeft(_ context.Context, interaction int64, lost bool) (turn conversation.Turn, err error) {
	return turn, s.change(func(state *scriptState) {
		state.Lost = append(state.Lost, lost)
		if !lost {
			state.At[interaction] = "bye"
		}
		turn = state.turn(interaction)
	})
}

// turn says what is to be said first, and then the node's own text.
func (s *scriptState) turn(interaction int64, first ...dialogue.Fragment) conversation.Turn {
	turn := conversation.Turn{Interaction: interaction, Language: dialogue.Russian}
	if len(first) > 0 {
		turn.Spoken = append(turn.Spoken, first)
	}
	at := s.At[interaction]
	turn.Spoken = append(turn.Spoken, []dialogue.Fragment{words(texts[at])})
	switch at {
	case "menu":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "123", Timeout: 4 * time.Second}
	case "ask":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 3, MaxDigits: 3, Back: "*", Terminator: "#",
			Timeout: 4 * time.Second, InterDigit: 2 * time.Second}
	case "queue":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true}
	default:
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectNothing}
	}
	return turn
}

// change is a step: all of it, or, while the script is down, nothing.
func (s *script) change(fn func(*scriptState)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down > 0 {
		s.down--
		return context.DeadlineExceeded
	}
	state := s.read()
	fn(&state)
	content, err := json.Marshal(state)
	if err != nil {
		return err
	}
	half := s.file + ".half"
	if err := os.WriteFile(half, content, 0o644); err != nil {
		return err
	}
	return os.Rename(half, s.file)
}

func (s *script) read() scriptState {
	state := scriptState{At: map[int64]string{}, Heard: map[int64][]dialogue.Input{}}
	if content, err := os.ReadFile(s.file); err == nil {
		_ = json.Unmarshal(content, &state)
	}
	return state
}

// fail makes the next steps fail.
func (s *script) fail(steps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = steps
}

// inputs are what the conversation was told of an interaction.
func (s *script) inputs(interaction int64) []dialogue.Input {
	return slices.Clone(s.read().Heard[interaction])
}

func (s *script) departures() []bool { return s.read().Lost }

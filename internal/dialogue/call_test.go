package dialogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/dialogue"
)

// calling is a dialogue of two menus, of which each calls a part that asks and comes back.
const calling = `
dialogue: calls
start: {voice: main, sms: main, ussd: main}
defaults: {tries: 3, else: bye, wrong: t, silence: t}
nodes:
  main:
    menu: {say: t}
    options: [{key: "1", to: first}, {key: "2", to: second}, {key: "3", to: bye}]
  first: {call: part, outcomes: {yes: after_first, no: main}}
  second: {call: part, outcomes: {yes: after_second, no: main}}
  after_first: {menu: {say: t}, options: [{key: "1", to: second}, {key: "2", to: bye}]}
  after_second: {menu: {say: t}, options: [{key: "1", to: first}, {key: "2", to: bye}]}
  part: {menu: {say: t}, options: [{key: "1", to: part_more}, {key: "2", to: part_no}]}
  part_more: {menu: {say: t}, options: [{key: "1", to: part_yes}, {key: "2", to: first}]}
  part_yes: {return: "yes"}
  part_no: {return: "no"}
  bye: {end: {say: t}}
`

func calls(t require.TestingT) *dialogue.Definition {
	d, err := dialogue.Parse(map[string]string{dialogue.File: calling, "texts/kk.yaml": "t: x", "texts/ru.yaml": "t: x", "texts/en.yaml": "t: x"},
		&dialogue.Vocabulary{})
	require.NoError(t, err)
	return d
}

// at presses keys from the start, and gives where that leads.
func at(t *testing.T, keys string) dialogue.State {
	t.Helper()
	d := calls(t)
	r, err := d.Step(d.Begin(dialogue.Voice, "", nil), dialogue.Input{Kind: dialogue.Started})
	require.NoError(t, err)
	for _, key := range keys {
		r, err = d.Step(r.State, dialogue.Input{Kind: dialogue.Keys, Keys: string(key)})
		require.NoError(t, err)
	}
	return r.State
}

// A part comes back to whoever called it, and nothing of it is on the way back then.
func TestACallComesBack(t *testing.T) {
	t.Parallel()
	require.Empty(t, calls(t).Check())
	for keys, want := range map[string]struct {
		node  string
		calls int
	}{
		"1":       {"part", 1},
		"111":     {"after_first", 0},
		"211":     {"after_second", 0},
		"12":      {"main", 0},
		"111*":    {"main", 0},
		"11*":     {"part", 1},
		"11*11":   {"after_first", 0},
		"1*":      {"main", 0}, // back behind the call
		"1*211":   {"after_second", 0},
		"11211":   {"after_first", 1}, // the part has called another, which is left open
		"111111":  {"after_second", 0},
		"1111111": {"part", 1},
	} {
		s := at(t, keys)
		require.Equal(t, want.node, s.Node, keys)
		require.Len(t, s.Calls, want.calls, keys)
	}
}

// However a citizen goes about, calls are few, and a part that comes back finds who called it.
func TestCallsStayFew(t *testing.T) {
	t.Parallel()
	d := calls(t)
	rapid.Check(t, func(t *rapid.T) {
		r, err := d.Step(d.Begin(dialogue.Voice, "", nil), dialogue.Input{Kind: dialogue.Started})
		require.NoError(t, err)
		for range rapid.IntRange(1, 60).Draw(t, "keys") {
			before := r.State
			key := rapid.SampledFrom([]string{"1", "2", "1", "*", "9", "7", ""}).Draw(t, "key")
			r, err = d.Step(r.State, dialogue.Input{Kind: dialogue.Keys, Keys: key})
			require.NoError(t, err)
			require.LessOrEqual(t, len(r.State.Calls), 4)
			require.LessOrEqual(t, len(r.State.Trail), 16)
			inPart := before.Node == "part" || before.Node == "part_more"
			if r.State.Ended {
				require.True(t, !inPart || r.State.Node == "bye", "a part that came back ended the conversation from %+v by %q", before, key)
				return
			}
		}
	})
}

package conversation

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

// What a dialogue may name and what the engine carries out are the same, and the dialogue that Okno comes with names no more.
func TestTheVocabularyIsWhatIsCarriedOut(t *testing.T) {
	t.Parallel()
	vocabulary := Vocabulary(nil).Actions
	carried := map[string]bool{}
	for _, a := range actions {
		require.False(t, carried[a.name], "%s is there twice", a.name)
		carried[a.name] = true
		require.NotNil(t, a.effect, "%s has no effect", a.name)
		require.NotEmpty(t, a.outcomes, "%s has no outcome", a.name)
		found, err := actionOf(a.name)
		require.NoError(t, err)
		require.Equal(t, a.signature(), found.signature())
		if a.name != dialogue.QueueAction {
			require.Equal(t, a.signature(), vocabulary[a.name])
		}
		if a.least != "" {
			require.Equal(t, values{}, a.outcomes[a.below], "%s needs an outcome without values for whoever is verified less", a.name)
			require.True(t, citizen.ByAgent.AtLeast(a.least), "%s needs what is no level", a.name)
		}
	}
	require.Len(t, vocabulary, len(actions)-1, "all but the queue, which is a node of its own kind")
	queue := slices.DeleteFunc(slices.Sorted(maps.Keys(queueJoin.outcomes)), func(name string) bool { return name == dialogue.QueueJoined })
	require.ElementsMatch(t, append(slices.Clone(dialogue.QueueOutcomes), dialogue.QueueAfterHours), queue)

	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, Vocabulary(nil))
	require.NoError(t, err)
	for name, node := range d.Nodes {
		if node.Do == "" {
			continue
		}
		a, err := actionOf(node.Do)
		require.NoError(t, err, name)
		require.ElementsMatch(t, slices.Collect(maps.Keys(a.outcomes)), slices.Collect(maps.Keys(node.Outcomes)), name)
	}
}

// Each file action_*.go holds one action, and the list has it.
func TestEachActionIsListed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("action_*.go")
	require.NoError(t, err)
	listed := identifiersOf(t, "action.go", "actions")
	seen := 0
	for _, file := range files {
		if file == "action_test.go" || file == "action_effects_test.go" {
			continue
		}
		seen++
		declared := identifiersOf(t, file, "")
		require.Len(t, declared, 1, file)
		require.Contains(t, listed, declared[0], "%s is carried out by nobody", file)
	}
	require.Len(t, actions, seen)
}

// identifiersOf gives the names of a file's variables of type action, or those in a list that it declares.
func identifiersOf(t *testing.T, file, list string) (names []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	for _, declaration := range parsed.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			value := spec.(*ast.ValueSpec)
			for i, name := range value.Names {
				literal, ok := value.Values[i].(*ast.CompositeLit)
				if !ok {
					continue
				}
				if list == "" {
					names = append(names, name.Name)
				}
				for _, element := range literal.Elts {
					if one, ok := element.(*ast.Ident); ok && list == name.Name {
						names = append(names, one.Name)
					}
				}
			}
		}
	}
	return names
}

// An effect that gives what its action does not declare is an error that names the action, and none of its values.
func TestUndeclaredOutcomesAreRefused(t *testing.T) {
	t.Parallel()
	code := dialogue.Value{Type: dialogue.TypeSecret, Text: "493817"}
	for name, test := range map[string]struct {
		gives   result
		refused bool
	}{
		"as declared":          {gives: result{outcome: "found", values: map[string]dialogue.Value{"code": code}}},
		"in another language":  {gives: result{outcome: "found", values: map[string]dialogue.Value{"code": code}, language: dialogue.Kazakh}},
		"later":                {gives: later},
		"another outcome":      {gives: result{outcome: "lost"}, refused: true},
		"a value less":         {gives: result{outcome: "found"}, refused: true},
		"a value more":         {gives: result{outcome: "none", values: map[string]dialogue.Value{"code": code}}, refused: true},
		"another type":         {gives: result{outcome: "found", values: map[string]dialogue.Value{"code": dialogue.TextValue(code.Text)}}, refused: true},
		"a value without type": {gives: result{outcome: "found", values: map[string]dialogue.Value{"code": {Text: code.Text}}}, refused: true},
	} {
		a := action{name: "safe.open", outcomes: map[string]values{"found": {"code": dialogue.TypeSecret}, "none": {}},
			effect: func(context.Context, request) (result, error) { return test.gives, nil }}
		given, err := a.run(t.Context(), request{effect: &dialogue.Effect{Action: a.name}})
		if !test.refused {
			require.NoError(t, err, name)
			require.Equal(t, test.gives, given, name)
			continue
		}
		require.ErrorIs(t, err, errUndeclared, name)
		require.ErrorContains(t, err, "safe.open", name)
		require.NotContains(t, err.Error(), code.Text, name)
	}
}

// Whoever is verified less than an action needs gets the outcome for it, and the effect does not run.
func TestAnActionNeedsItsVerification(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		held, least citizen.Verification
		want        string
	}{
		{citizen.Nobody, "", "done"}, {citizen.Nobody, citizen.ByNumber, "refused"}, {citizen.ByNumber, citizen.ByNumber, "done"},
		{citizen.ByNumber, citizen.BySecret, "refused"}, {citizen.ByAgent, citizen.BySecret, "done"}, {"", citizen.ByNumber, "refused"},
	} {
		ran := false
		a := action{name: "pin.change", least: test.least, below: "refused", outcomes: map[string]values{"done": {}, "refused": {}},
			effect: func(context.Context, request) (result, error) { ran = true; return result{outcome: "done"}, nil }}
		given, err := a.run(t.Context(), request{interaction: Interaction{Verification: test.held}, effect: &dialogue.Effect{Action: a.name}})
		require.NoError(t, err)
		require.Equal(t, test.want, given.outcome, "%q for %q", test.held, test.least)
		require.Equal(t, test.want == "done", ran)
	}
}

// Each action states the level that the one list of levels gives it.
func TestEachActionHasItsLevel(t *testing.T) {
	t.Parallel()
	stated := map[string]citizen.Verification{}
	for _, a := range actions {
		stated[a.name] = citizen.Nobody
		if a.least != "" {
			stated[a.name] = a.least
		}
	}
	require.Equal(t, citizen.Levels(citizen.InDialogue), stated)
}

package dialogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
)

// entering is a dialogue that listens at an entry alone.
const entering = `
dialogue: enters
start: {voice: main, sms: main, ussd: main}
defaults: {tries: 3, else: bye, wrong: t, silence: t, spoken: {back: back, repeat: repeat}}
anywhere: {voice: [{key: "0", spoken: operator, to: bye}]}
nodes:
  main: {menu: {say: t}, options: [{key: "1", to: enter}]}
  enter: {ask: {say: t, expect: code, into: code, spoken: true}, to: bye}
  bye: {end: {say: t}}
`

// What may be said in an entry for repeat, an operator and back is told apart, as in a menu.
func TestWordsOfAnEntryAreToldApart(t *testing.T) {
	t.Parallel()
	findings := func(entry, repeat string) string {
		t.Helper()
		texts := map[string]string{dialogue.File: strings.Replace(entering, "spoken: true", entry, 1)}
		for _, l := range dialogue.Languages {
			texts["texts/"+string(l)+".yaml"] = "{t: x, back: go back, operator: 'agent, person', repeat: '" + repeat + "'}"
		}
		d, err := dialogue.Parse(texts, &dialogue.Vocabulary{Entries: map[string]dialogue.Entry{"code": {MinDigits: 3, MaxDigits: 3}}})
		require.NoError(t, err)
		var found []string
		for _, f := range d.Check() {
			found = append(found, f.String())
		}
		return strings.Join(found, "\n")
	}
	require.NotContains(t, findings("spoken: true", "again"), "to be said for two options")
	require.Contains(t, findings("spoken: true", "again, person"), `enter has "person" to be said for two options`)
	require.Contains(t, findings("spoken: true", "go back, again"), `enter has "go back" to be said for two options`)
	require.NotContains(t, findings("spoken: false", "again, person"), "to be said for two options", "nobody listens")
}

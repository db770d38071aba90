package sample

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

// The population is the same each time, its national numbers are valid, and each history is one that cases may have.
func TestThePopulationIsPossible(t *testing.T) {
	t.Parallel()
	region, err := Read()
	require.NoError(t, err)
	file, err := Catalogue()
	require.NoError(t, err)
	now := time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)
	lines, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	definition, err := dialogue.Parse(lines, conversation.Vocabulary(func(string) int { return 1 }))
	require.NoError(t, err)
	p := populate(region, file.Services, now)
	require.Equal(t, p, populate(region, file.Services, now))
	require.Len(t, p.Citizens, AllCitizens-len(region.Citizens))
	require.Len(t, p.Cases, AllCases-len(region.Cases))
	numbers := map[string]bool{}
	for _, c := range region.Citizens {
		numbers[c.NationalNumber] = true
		for _, number := range c.Numbers {
			numbers[number] = true
		}
	}
	for _, c := range p.Citizens {
		_, err := citizen.ParseNationalNumber(citizen.IIN, c.NationalNumber)
		require.NoError(t, err)
		require.False(t, numbers[c.NationalNumber] || numbers[c.Numbers[0]])
		numbers[c.NationalNumber], numbers[c.Numbers[0]] = true, true
	}
	states, kinds, ratings, open := map[cases.State]int{}, map[cases.Kind]int{}, map[int]int{}, 0
	for _, c := range p.Cases {
		require.NotEmpty(t, c.Subject)
		require.False(t, c.OpenedAt.After(now) || c.OpenedAt.Before(now.AddDate(0, 0, -Days-7)), c.OpenedAt)
		state, at := cases.Registered, c.OpenedAt
		for _, m := range c.History {
			require.Equal(t, state, m.From)
			require.True(t, m.From.May(m.To), "%s to %s", m.From, m.To)
			require.True(t, m.At.After(at) && !m.At.After(now))
			state, at = m.To, m.At
		}
		require.Equal(t, state, c.State)
		require.Equal(t, c.Rating == 0, c.RatedAt.IsZero())
		if states[state]++; !state.Settled() {
			open++
		}
		kinds[c.Kind]++
		ratings[c.Rating]++
	}
	require.Len(t, states, len(cases.States), "each state is there: %v", states)
	require.Len(t, kinds, 4)
	require.Len(t, ratings, 6)
	require.Greater(t, open, 100)
	require.Less(t, open, AllCases/3, "most came to an end")

	queued, abandoned := 0, 0
	at := time.Time{}
	for _, c := range p.Contacts {
		require.False(t, c.StartedAt.Before(at), "in the order in which they began")
		at = c.StartedAt
		require.True(t, c.EndedAt.After(c.StartedAt) && c.EndedAt.Before(now))
		before := c.StartedAt
		for _, stop := range c.Stops {
			node := definition.Nodes[stop.Node]
			require.NotNil(t, node, stop.Node)
			require.True(t, node.Menu != nil || node.Ask != nil || node.Queue != nil || node.End != nil, "the dialogue does not stop at %s", stop.Node)
			require.True(t, !stop.At.Before(before) && !stop.At.After(c.EndedAt))
			before = stop.At
		}
		last := c.Stops[len(c.Stops)-1]
		require.Equal(t, definition.Nodes[last.Node].End != nil, last.At.Equal(c.EndedAt), "it ends by itself at its last words")
		require.Equal(t, c.Queue != "", slices.ContainsFunc(c.Stops, func(s contact.Stop) bool { return s.Node == "operator" }))
		if c.Queue == "" {
			continue
		}
		queued++
		require.True(t, c.QueuedAt.After(c.StartedAt) && c.WrappedAt.Before(now))
		if c.Came == contact.Abandoned {
			abandoned++
			require.Empty(t, c.Agent)
			continue
		}
		require.NotEmpty(t, c.Agent)
		require.True(t, !c.ConnectedAt.Before(c.QueuedAt) && c.ReleasedAt.After(c.ConnectedAt) && c.WrappedAt.After(c.ReleasedAt))
	}
	ends, talking := map[string]time.Time{}, map[string]time.Duration{}
	for _, spent := range p.Times {
		require.False(t, spent.Since.Before(ends[spent.Agent]), "no moment is there twice")
		require.True(t, spent.Until.After(spent.Since) && !spent.Until.After(now))
		ends[spent.Agent] = spent.Until
		talking[spent.Doing] += spent.Until.Sub(spent.Since)
	}
	require.Len(t, talking, 4, "%v", talking)
	require.Greater(t, queued, AllContacts/5)
	require.Greater(t, abandoned, 10)
}

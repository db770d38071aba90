package exchange_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/cases"
	"okno/internal/exchange"
)

func event(sequence int64, state cases.State) exchange.Event {
	return exchange.Event{Key: "k" + string(rune('a'+sequence)), Case: "123456786", Sequence: sequence, State: state, At: time.Unix(1_800_000_000, 0)}
}

// take takes events and gives their outcomes, and the states through which the case went.
func take(b *exchange.Book, events ...exchange.Event) (outcomes []exchange.Outcome, states []cases.State) {
	for _, e := range events {
		receipt, moves := b.Take(e)
		outcomes = append(outcomes, receipt.Outcome)
		for _, m := range moves {
			states = append(states, m.To)
		}
	}
	return outcomes, states
}

func TestWhateverTheOrderEventsAreExplained(t *testing.T) {
	t.Parallel()
	accepted, working, waiting, ready, rejected := event(1, cases.Accepted), event(2, cases.InProgress), event(3, cases.AwaitingCitizen), event(4, cases.Ready),
		event(2, cases.Rejected)
	for name, c := range map[string]struct {
		events   []exchange.Event
		outcomes []exchange.Outcome
		states   []cases.State
	}{
		"in order":             {[]exchange.Event{accepted, working, ready}, []exchange.Outcome{"applied", "applied", "applied"}, []cases.State{"accepted", "in_progress", "ready"}},
		"the same twice":       {[]exchange.Event{accepted, accepted}, []exchange.Outcome{"applied", "duplicate"}, []cases.State{"accepted"}},
		"an older one later":   {[]exchange.Event{accepted, ready, working}, []exchange.Outcome{"applied", "applied", "superseded"}, []cases.State{"accepted", "ready"}},
		"the first comes last": {[]exchange.Event{ready, accepted}, []exchange.Outcome{"impossible", "applied"}, []cases.State{"accepted", "ready"}},
		"again on purpose":     {[]exchange.Event{accepted, event(2, cases.Accepted)}, []exchange.Outcome{"applied", "applied"}, []cases.State{"accepted", "accepted"}},
		"contradiction":        {[]exchange.Event{accepted, working, rejected}, []exchange.Outcome{"applied", "applied", "contradictory"}, []cases.State{"accepted", "in_progress"}},
		"late refusal":         {[]exchange.Event{accepted, waiting, rejected}, []exchange.Outcome{"applied", "applied", "applied"}, []cases.State{"accepted", "awaiting_citizen", "rejected"}},
		"after the end":        {[]exchange.Event{rejected, event(5, cases.InProgress)}, []exchange.Outcome{"applied", "impossible"}, []cases.State{"rejected"}},
	} {
		b := exchange.Book{State: cases.Registered}
		outcomes, states := take(&b, c.events...)
		require.Equal(t, c.outcomes, outcomes, name)
		require.Equal(t, c.states, states, name)
		require.Equal(t, states[len(states)-1], b.State, name)
	}
}

// What a person decides in between stands: only later events go on from there.
func TestAPersonsDecisionStands(t *testing.T) {
	t.Parallel()
	b := exchange.Book{State: cases.Registered}
	take(&b, event(1, cases.Accepted), event(3, cases.InProgress))
	b.State = cases.AwaitingCitizen // an operator moved it
	outcomes, states := take(&b, event(2, cases.Rejected), event(4, cases.Ready))
	require.Equal(t, []exchange.Outcome{"superseded", "applied"}, outcomes)
	require.Equal(t, []cases.State{"ready"}, states)
}

// Events in any order, doubled, end in the state that the sorted sequence gives, and what is applied is told once.
func TestAnyOrderEndsInTheSameState(t *testing.T) {
	t.Parallel()
	all := []cases.State{cases.Accepted, cases.InProgress, cases.AwaitingCitizen, cases.Ready, cases.Closed, cases.Rejected, cases.Withdrawn}
	rapid.Check(t, func(t *rapid.T) {
		var sorted []exchange.Event
		for i := range rapid.IntRange(1, 8).Draw(t, "events") {
			sorted = append(sorted, event(int64(i+1), rapid.SampledFrom(all).Draw(t, "state")))
		}
		want := cases.Registered
		for _, e := range sorted {
			if want.May(e.State) {
				want = e.State
			}
		}
		shuffled := rapid.Permutation(slices.Concat(sorted, rapid.SliceOfN(rapid.SampledFrom(sorted), 0, 4).Draw(t, "doubled"))).Draw(t, "order")
		b := exchange.Book{State: cases.Registered}
		state := cases.Registered
		for _, e := range shuffled {
			receipt, moves := b.Take(e)
			for _, m := range moves {
				require.True(t, m.Correct || state == m.To || state.May(m.To), "%s → %s", state, m.To)
				state = m.To
			}
			require.Equal(t, state, b.State)
			require.Equal(t, state, receipt.State)

		}
		require.Equal(t, want, b.State)
		require.Len(t, b.Kept, len(sorted))
	})
}

func TestEachFieldOfAnEventIsChecked(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good := exchange.Event{Key: "a:1", Case: "123456786", Sequence: 1, State: cases.Ready, At: now}
	require.NoError(t, good.Check(now))
	for field, change := range map[string]func(*exchange.Event){
		"key":      func(e *exchange.Event) { e.Key = "пробел " },
		"case":     func(e *exchange.Event) { e.Case = "123456789" },
		"sequence": func(e *exchange.Event) { e.Sequence = 0 },
		"state":    func(e *exchange.Event) { e.State = "registered" },
		"due_on":   func(e *exchange.Event) { e.DueOn = now.AddDate(11, 0, 0) },
		"at":       func(e *exchange.Event) { e.At = now.Add(2 * time.Hour) },
		"reason":   func(e *exchange.Event) { e.Reason = string(make([]rune, 1001)) },
	} {
		e := good
		change(&e)
		require.ErrorContains(t, e.Check(now), "", field)
		require.Equal(t, field, fieldOf(e.Check(now)))
	}
}

package casework_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/message"
)

// register is what is known of numbers.
type register struct {
	trusted map[int64]string
	known   map[string]citizen.Known
	sent    []message.MT
	away    error
}

func (r *register) ProofNumber(_ context.Context, citizen int64) (string, error) {
	return r.trusted[citizen], r.away
}

func (r *register) Known(_ context.Context, number string) (citizen.Known, error) {
	return r.known[number], nil
}

func (r *register) ProofNumbers(_ context.Context, citizens []int64) (map[int64]string, error) {
	found := map[int64]string{}
	for _, c := range citizens {
		if number, ok := r.trusted[c]; ok {
			found[c] = number
		}
	}
	return found, r.away
}

func (r *register) KnownNumbers(context.Context, []string) (map[string]citizen.Known, error) {
	return r.known, nil
}

func (r *register) EnqueueMTs(_ context.Context, mts []message.MT) ([]int64, error) {
	ids := make([]int64, len(mts))
	for i := range mts {
		ids[i] = int64(len(r.sent) + i + 1)
	}
	r.sent = append(r.sent, mts...)
	return ids, nil
}

type texts struct{}

func (texts) Step(l dialogue.Language, c cases.Case) string { return string(l) + " " + string(c.State) }

func (texts) Merged(_ dialogue.Language, c cases.Case, stands cases.State, other string) string {
	return strings.TrimSpace(c.Number + " = " + other + " " + string(stands))
}

// A citizen is told by a number that is trusted, in the own language; nobody is told who stopped notices, and never the number that opened
// the case once it is somebody's.
func TestWhoIsToldOfAStep(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	teller := casework.NewTeller(texts{}, func(string) int { return 2 }, func() time.Time { return now })
	r := &register{trusted: map[int64]string{1: "+77010000001"}, known: map[string]citizen.Known{
		"+77010000001": {CitizenID: 1, Language: dialogue.Kazakh}, "+77010000009": {Stopped: true}}}
	var all []cases.Case
	var want []string
	var toldOne []cases.Told
	for name, row := range map[string]struct {
		c    cases.Case
		want string // number and text
	}{
		"a citizen's":         {cases.Case{CitizenID: 1, Contact: "+77019999999", State: cases.Ready}, "+77010000001 kk ready"},
		"nobody to reach":     {cases.Case{CitizenID: 2, Contact: "+77019999999", State: cases.Ready}, ""},
		"a number alone":      {cases.Case{Contact: "+77010000005", State: cases.Accepted}, "+77010000005 ru accepted"},
		"notices are stopped": {cases.Case{Contact: "+77010000009", State: cases.Accepted}, ""},
		"no number at all":    {cases.Case{State: cases.Accepted}, ""},
	} {
		r.sent = nil
		told, err := teller.Tell(t.Context(), r, row.c)
		require.NoError(t, err, name)
		all = append(all, row.c)
		if row.want == "" {
			require.Empty(t, r.sent, name)
			require.Empty(t, told, name)
			toldOne = append(toldOne, told)
			continue
		}
		require.Len(t, r.sent, 1, name)
		m := r.sent[0]
		want = append(want, row.want)
		require.Equal(t, row.want, m.Destination+" "+m.Text, name)
		require.Equal(t, []any{message.Notice, 2, now.Add(72 * time.Hour), m.Text}, []any{m.Lane, m.Segments, m.ExpiresAt, told.Text}, name)
		require.Equal(t, int64(1), told.MT, name)
		told.MT = int64(len(want))
		toldOne = append(toldOne, told)
	}
	r.sent = nil
	toldAll, err := teller.TellAll(t.Context(), r, all)
	require.NoError(t, err)
	require.Equal(t, toldOne, toldAll, "many are told as one is")
	var sent []string
	for _, m := range r.sent {
		require.Equal(t, []any{message.Notice, 2, now.Add(72 * time.Hour)}, []any{m.Lane, m.Segments, m.ExpiresAt})
		sent = append(sent, m.Destination+" "+m.Text)
	}
	require.Equal(t, want, sent)

	r.away = errors.New("away")
	_, err = teller.TellAll(t.Context(), r, all)
	require.ErrorIs(t, err, r.away)
	_, err = teller.Tell(t.Context(), r, cases.Case{CitizenID: 1})
	require.ErrorIs(t, err, r.away)
	toldAll, err = (*casework.Teller)(nil).TellAll(t.Context(), r, all)
	require.NoError(t, err)
	require.Equal(t, make([]cases.Told, len(all)), toldAll)
	told, err := (*casework.Teller)(nil).Tell(t.Context(), r, cases.Case{CitizenID: 1})
	require.NoError(t, err)
	require.Empty(t, told)
}

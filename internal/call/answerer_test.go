package call_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
)

func TestWhoAnsweredIsToldByHowItBegins(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	answered := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	type heard struct {
		at    time.Duration
		talks bool
	}
	for name, row := range map[string]struct {
		heard []heard
		at    time.Duration
		want  call.Answerer
		told  time.Duration
	}{
		"nothing yet":                     {nil, 500 * ms, call.Unsure, call.FirstWord},
		"a person who listens":            {nil, call.FirstWord, call.Person, call.FirstWord},
		"a hello that goes on":            {[]heard{{300 * ms, true}}, 900 * ms, call.Unsure, 300*ms + call.LongGreeting},
		"a hello":                         {[]heard{{300 * ms, true}, {1400 * ms, false}}, 1400 * ms, call.Person, 1400 * ms},
		"a long sentence":                 {[]heard{{300 * ms, true}, {3200 * ms, false}}, 3200 * ms, call.Person, 3200 * ms},
		"a greeting":                      {[]heard{{300 * ms, true}}, 3300 * ms, call.Machine, 3300 * ms},
		"a greeting that is told twice":   {[]heard{{300 * ms, true}, {900 * ms, true}}, 3300 * ms, call.Machine, 3300 * ms},
		"a greeting that begins late":     {[]heard{{1100 * ms, true}}, 2000 * ms, call.Unsure, 1100*ms + call.LongGreeting},
		"an end whose beginning was lost": {[]heard{{700 * ms, false}}, 700 * ms, call.Person, 700 * ms},
	} {
		g := call.Greeting{Answered: answered}
		for _, h := range row.heard {
			if h.talks {
				g.Talks(answered.Add(h.at))
			} else {
				g.Quiet()
			}
		}
		who, told := g.By(answered.Add(row.at))
		require.Equal(t, row.want, who, name)
		require.Equal(t, row.told, told.Sub(answered), name)
	}
}

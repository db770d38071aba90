package acd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

// A contact that has waited for five minutes, and one agent of its queue: who counts as there, and who does not.
func TestNobodyIsThere(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, row := range map[string]struct {
		agent   func(*acd.Staff)
		contact func(*acd.Waiting)
		given   bool
	}{
		"there":                   {},
		"of another queue":        {agent: func(a *acd.Staff) { a.Queues = []string{"tax"} }, given: true},
		"of another language":     {agent: func(a *acd.Staff) { a.Languages = []string{"kk"} }, given: true},
		"the page is loaded anew": {agent: func(a *acd.Staff) { a.ConnectedUntil = ago(29 * time.Second) }},
		"the page is closed":      {agent: func(a *acd.Staff) { a.ConnectedUntil = ago(30 * time.Second) }, given: true},
		"went off duty by a slip": {agent: func(a *acd.Staff) { a.Status, a.StatusAt = acd.Offline, ago(29*time.Second) }},
		"went off duty":           {agent: func(a *acd.Staff) { a.Status, a.StatusAt = acd.Offline, ago(30*time.Second) }, given: true},
		"pauses for a moment":     {agent: func(a *acd.Staff) { a.Status, a.StatusAt = acd.Paused, ago(5*time.Minute+29*time.Second) }},
		"pauses":                  {agent: func(a *acd.Staff) { a.Status, a.StatusAt = acd.Paused, ago(5*time.Minute+30*time.Second) }, given: true},
		"pauses, the page is closed": {agent: func(a *acd.Staff) {
			a.Status, a.StatusAt, a.ConnectedUntil = acd.Paused, ago(time.Minute), ago(time.Minute)
		}, given: true},
		"did not respond a while ago": {agent: func(a *acd.Staff) {
			a.Status, a.StatusReason, a.StatusAt = acd.Paused, acd.NotResponding, ago(time.Minute)
		}, given: true},
		"declined just now":            {contact: func(w *acd.Waiting) { w.Declined, w.DeclinedAt = []int64{1}, ago(29*time.Second) }},
		"declined":                     {contact: func(w *acd.Waiting) { w.Declined, w.DeclinedAt = []int64{1}, ago(30*time.Second) }, given: true},
		"another declined":             {contact: func(w *acd.Waiting) { w.Declined, w.DeclinedAt = []int64{2}, ago(time.Minute) }},
		"who has only just come waits": {agent: func(a *acd.Staff) { a.Status = acd.Offline }, contact: func(w *acd.Waiting) { w.QueuedAt = ago(29 * time.Second) }},
	} {
		s := snapshot()
		a, w := staff(1, "ru"), waiting(7, 5)
		if row.agent != nil {
			row.agent(&a)
		}
		if row.contact != nil {
			row.contact(&w)
		}
		s.Staff, s.Waiting = []acd.Staff{a}, []acd.Waiting{w}
		require.Equal(t, row.given, len(acd.Decide(s, time.Time{}).GiveUp) == 1, name)
		require.Empty(t, acd.Decide(s, noon.Add(time.Second)).GiveUp, "the store was away")
	}
}

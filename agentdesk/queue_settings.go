package agentdesk

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/edge"
	"okno/internal/floor"
)

type queueStore interface {
	// QueueFile gives the settings of all queues, and the limits of pauses.
	QueueFile(ctx context.Context) (acd.File, error)
	CalendarFile(ctx context.Context) (calendar.File, error)
	// RuleFile gives the rules of cases, which may name queues.
	RuleFile(ctx context.Context) (cases.RuleFile, error)
}

type queueWork interface {
	// ChangeQueue replaces settings that somebody saw; was is nil of a new queue. The error names the field.
	ChangeQueue(ctx context.Context, name string, was *acd.Settings, to acd.Settings, by, why string) error
	// RemoveQueue removes settings that somebody saw. The error's field says what names the queue still.
	RemoveQueue(ctx context.Context, name string, was acd.Settings, by, why string) error
	// ChangePauseLimits replaces the limits that somebody saw.
	ChangePauseLimits(ctx context.Context, was, to acd.PauseLimits, by, why string) error
}

// mostSettings is the longest request to change settings, in bytes.
const mostSettings = 64 << 10

// queueSettings shows an administrator the settings of all queues, what holds where they say nothing, and what there is to choose from.
func (d *Desk) queueSettings(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditQueues)
	if err != nil {
		d.fail(w, err)
		return
	}
	f, err := d.Store.QueueFile(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	calendars, err := d.Store.CalendarFile(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	queues := map[string]acd.Form{}
	for name, s := range f.Queues {
		queues[name] = s.Form()
	}
	reasons := slices.DeleteFunc(slices.Clone(acd.PauseReasons), func(reason string) bool { return reason == acd.NotResponding })
	d.answer(w, object{"queues": queues, "house": acd.House().Form(), "calendars": slices.Sorted(maps.Keys(calendars.Calendars)), "strategies": acd.Strategies,
		"pauses": f.Pauses.Form(), "pause_reasons": reasons, "roles": access.Roles})
}

// change is what somebody saw, what is to be in its place, and why.
type change struct {
	Was acd.Form `json:"was"` // null of a new queue
	To  acd.Form `json:"to"`
	Why string   `json:"why"`
}

// readChange gives who wants which change of settings.
func (d *Desk) readChange(w http.ResponseWriter, r *http.Request) (by acd.Agent, c change, err error) {
	if by, err = d.allowed(r, access.EditQueues); err != nil {
		return by, c, err
	}
	if err := edge.ReadJSON(w, r, mostSettings, false, &c); err != nil {
		return by, c, bodyError(err)
	}
	c.Why, err = comment(c.Why)
	return by, c, err
}

// changeQueue changes the settings of a queue from what the administrator saw, or adds a queue.
func (d *Desk) changeQueue(w http.ResponseWriter, r *http.Request) {
	by, c, err := d.readChange(w, r)
	name := r.PathValue("queue")
	var was *acd.Settings
	var to acd.Settings
	if err == nil && c.Was != nil {
		was = &acd.Settings{}
		*was, err = c.Was.Settings()
	}
	if err == nil {
		to, err = c.To.Settings()
	}
	if err == nil {
		err = to.Check(name)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.ChangeQueue(r.Context(), name, was, to, floor.By(by.ID), c.Why)
		})
	}
	d.done(w, err)
}

// changePauseLimits changes the limits of pauses from what the administrator saw.
func (d *Desk) changePauseLimits(w http.ResponseWriter, r *http.Request) {
	by, c, err := d.readChange(w, r)
	var was, to acd.PauseLimits
	if err == nil {
		was, err = c.Was.PauseLimits()
	}
	if err == nil {
		to, err = c.To.PauseLimits()
	}
	if err == nil {
		err = to.Check()
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.ChangePauseLimits(r.Context(), was, to, floor.By(by.ID), c.Why)
		})
	}
	d.done(w, err)
}

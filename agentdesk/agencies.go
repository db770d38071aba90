package agentdesk

import (
	"net/http"

	"okno/internal/access"
	"okno/internal/exchange"
	"okno/internal/floor"
)

// agencies shows how agencies take what they are told, and when they reported last.
func (d *Desk) agencies(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewAgencies)
	if err != nil {
		d.fail(w, err)
		return
	}
	all, err := d.Store.Health(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	titles, err := d.Store.Agencies(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	list := make([]object, 0, len(all))
	for _, h := range all {
		list = append(list, withProblem(h.Problem, object{"agency": h.Agency, "title": titles[h.Agency], "waiting": h.Waiting, "oldest_seconds": int(h.Oldest.Seconds()),
			"dead": h.Dead, "took_ms": h.Took.Milliseconds(), "reported_at": when(h.Reported)}))
	}
	d.answer(w, object{"agencies": list})
}

// withProblem adds what last went wrong: in English, and by the code and the values of which the page makes its own sentence.
func withProblem(p exchange.Problem, o object) object {
	o["problem"], o["problem_code"], o["problem_values"] = p.Error(), p.Code, p.Values()
	return o
}

// mostRevived is how many deliveries one click has tried again.
const mostRevived = 1000

// replayAgency has what was given up for an agency tried again.
func (d *Desk) replayAgency(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ReplayAgency)
	if err != nil {
		d.fail(w, err)
		return
	}
	var replayed int
	err = d.Units(r.Context(), func(work Work) error {
		ids, err := work.Revive(r.Context(), r.PathValue("agency"), mostRevived, floor.By(agent.ID))
		replayed = len(ids)
		return err
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"replayed": replayed})
}

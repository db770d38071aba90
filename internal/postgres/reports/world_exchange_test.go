package reports_test

import (
	"fmt"
	"time"
)

// hears has an SMS come, or one come again within a day.
func (w *world) hears() {
	if len(w.sms) > 0 && w.random.IntN(3) == 0 {
		m := pick(w, w.sms...)
		if w.now.Sub(m.first) < 24*time.Hour {
			m.at = w.now
			w.exec(`UPDATE mo_messages SET received_at = $2 WHERE id = $1`, m.id, m.at)
		}
		return
	}
	m := &arrived{at: w.now, first: w.now, flood: w.random.IntN(4) == 0}
	m.id = w.id(`INSERT INTO mo_messages (link, bind, source, destination, fingerprint, parts, received_at, processed_at, flood)
VALUES ('a', 'b', '', '1414', '', 2, $1, $1, $2) RETURNING id`, m.at, m.flood)
	w.sms = append(w.sms, m)
}

func (w *world) asks() {
	q := question{at: w.now, service: pick(w, "031", "")}
	if q.service != "" {
		q.agency = "moj"
		if !w.now.Before(w.begun.Add(changedAfter)) {
			q.agency = "health"
		}
	}
	w.exec(`INSERT INTO service_asks (at, interaction_id, channel, language, service) VALUES ($1, 1, 'sms', 'ru', nullif($2, ''))`, q.at, q.service)
	w.questions = append(w.questions, q)
}

// exchanges has an agency report something, by a clock of its own, or be told something.
func (w *world) exchanges() {
	if w.random.IntN(2) == 0 {
		e := event{at: w.now, happened: w.later(w.now.Add(-10*time.Hour), 11*time.Hour), agency: pick(w, "moj", "health"),
			outcome: pick(w, "applied", "applied", "duplicate", "superseded", "contradictory", "impossible", "unknown_case")}
		w.exec(`INSERT INTO exchange_events (agency, key, digest, case_number, sequence, state, happened_at, received_at, outcome, explanation)
VALUES ($1, $2, '', '', 1, '', $3, $4, $5, '')`, e.agency, fmt.Sprint(len(w.events)), e.happened, e.at, e.outcome)
		w.events = append(w.events, e)
		return
	}
	if len(w.told) == 0 || w.random.IntN(3) == 0 {
		d := &told{agency: pick(w, "moj", "health"), at: w.now, state: "waiting"}
		d.id = w.id(`INSERT INTO exchange_deliveries (agency, case_id, event, sealed, created_at) VALUES ($1, 1, '', '', $2) RETURNING id`, d.agency, d.at)
		w.told = append(w.told, d)
		return
	}
	switch d := pick(w, w.told...); d.state {
	case "waiting":
		d.state, d.last = pick(w, "waiting", "delivered", "dead"), w.now
		if d.state != "delivered" {
			d.attempts++
		}
		w.exec(`UPDATE exchange_deliveries SET state = $2, last_at = $3, took = '1.5 s', attempts = $4 WHERE id = $1`, d.id, d.state, d.last, d.attempts)
	case "dead": // somebody has it tried again: it is told anew
		d.state, d.at, d.attempts = "waiting", w.now, 0
		w.exec(`UPDATE exchange_deliveries SET state = 'waiting', created_at = $2, attempts = 0 WHERE id = $1`, d.id, d.at)
	}
}

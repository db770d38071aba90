package reports_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/report"
)

// key is where something is counted.
type key struct {
	Source                 report.Source
	Hour                   time.Time
	Queue, Service, Agency string
	Channel, Language      string
	Dialogue, Node         string
	ToQueue, Agent         string
}

type lines map[key]report.Counts

func (l lines) add(k key, at time.Time, counts report.Counts) {
	k.Hour = at.Truncate(time.Hour)
	if l[k] == nil {
		l[k] = report.Counts{}
	}
	l[k].Add(counts, report.LedgerOf(k.Source).Counts)
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// counted counts what happened the slow way.
func (w *world) counted() lines {
	all := lines{}
	for _, i := range w.interactions {
		k := key{Source: report.Interactions, Channel: i.channel, Language: i.language, Dialogue: "v1"}
		ended := !i.ended.IsZero()
		n := report.Counts{"begun": 1, "under_way": one(!ended)}
		if ended {
			n["duration"] = i.ended.Sub(i.started).Round(time.Millisecond).Milliseconds()
			name := map[string]string{"self_service": "self_served", "operator": "with_operator", "": "other"}[i.outcome]
			switch {
			case i.outcome == "self_service" && i.queued:
				name = "unserved"
			case name == "":
				name = i.outcome
			}
			n[name] = 1
		}
		if !i.placed {
			all.add(k, i.started, n)
		}
		for n, node := range i.nodes {
			stop := report.Counts{"stops": 1, "visits": one(!slices.Contains(i.nodes[:n], node))}
			if n == len(i.nodes)-1 && ended {
				stop["left"], stop["finished"] = 1, one(i.finished)
				stop["left_with_operator"] = one(!i.finished && i.outcome == "operator")
				stop["gave_up"] = one(!i.finished && i.outcome != "operator")
				stop["gave_up_unanswered"] = one(!i.finished && i.outcome == "incomplete")
				stop["gave_up_waiting"] = one(!i.finished && (i.outcome == "abandoned" || i.outcome == "lost"))
			}
			k.Source, k.Node = report.Nodes, node
			all.add(k, i.started, stop)
		}
	}
	for _, c := range w.contacts {
		k := key{Source: report.Contacts, Queue: c.queue, Channel: c.by(), Language: c.language}
		if c.placed || !c.connected.IsZero() {
			k.Agent = c.agent
		}
		n := report.Counts{"offered": one(!c.placed), "under_way": one(c.end.IsZero()), "outgoing": one(c.placed)}
		if c.placed {
			n["outgoing_answered"] = one(!c.connected.IsZero())
		} else if !c.connected.IsZero() {
			waited := c.connected.Sub(c.joined)
			n["answered"], n["answered_in_target"] = 1, one(waited <= 20*time.Second)
			n["wait"] = waited.Round(time.Millisecond).Milliseconds()
			n["longest_wait"] = n["wait"]
			bucket := "wait_longer"
			for _, most := range []int{600, 300, 120, 60, 30, 20, 10, 5} {
				if waited <= time.Duration(most)*time.Second {
					bucket = fmt.Sprintf("wait_le_%d", most)
				}
			}
			n[bucket] = 1
		}
		if c.outcome == "handled" {
			resolved := c.disposition == "resolved" || c.disposition == "informed"
			n["handled"], n["resolved"], n["not_given"] = 1, one(resolved), one(c.disposition == "not_given")
			n["returned"] = one(resolved && w.returned(c))
			n["measured"], n["poor_sound"] = one(c.mos > 0), one(c.mos > 0 && c.mos < call.PoorMOS)
			n["talk"] = c.released.Sub(c.connected).Round(time.Millisecond).Milliseconds()
			n["wrap_up"] = c.end.Sub(c.released).Round(time.Millisecond).Milliseconds()
		} else if c.outcome != "" && !c.placed {
			n[c.outcome] = 1
			n["abandoned_short"] = one(c.outcome == "abandoned" && c.end.Sub(c.joined) < 5*time.Second)
		}
		all.add(k, c.joined, n)
	}
	for _, m := range w.messages {
		n := report.Counts{"sent": 1, "sent_reply": 1, "segments": int64(len(m.states))}
		for _, state := range m.states {
			if state == "accepted" {
				state = "unreported"
			}
			n[state]++
		}
		all.add(key{Source: report.Outgoing, Channel: "sms"}, m.created, n)
	}
	for _, m := range w.moves {
		opened := m.from == ""
		n := report.Counts{"opened": one(opened), "appeals": one(opened), "opened_by_citizen": one(opened && m.by == "citizen"),
			"opened_by_operator": one(opened && m.by == "agent:7"), "opened_by_client": one(opened && m.by == "client:portal"),
			"closed": one(!opened && m.from != m.to && m.to == "closed"), "rejected": one(!opened && m.from != m.to && m.to == "rejected"),
			"reopened": one(m.by == "citizen" && m.to == "in_progress")}
		if strings.HasPrefix(m.by, "agency:") {
			n["agency_moves"], n["silence"] = 1, m.silence.Round(time.Millisecond).Milliseconds()
			n["longest_silence"] = n["silence"]
		}
		if m.took >= 0 {
			n["settled"], n["settling"] = 1, m.took.Round(time.Millisecond).Milliseconds()
		}
		all.add(key{Source: report.Cases, Agency: m.agency}, m.at, n)
	}
	w.countExchanges(all)
	w.countTimes(all)
	for _, t := range w.transfers {
		all.add(key{Source: report.Transfers, Queue: t.queue, ToQueue: t.toQueue, Agent: t.agent, Channel: t.by(), Language: t.language}, t.at,
			report.Counts{"transfers": 1, "to_queues": one(t.to == "queue"), "to_agents": one(t.to == "agent"), "to_outside": one(t.to == "outside"),
				"asked_before": one(t.askedBefore)})
	}
	for _, e := range w.evaluations {
		n := report.Counts{"evaluated": 1, "replied": one(e.replied), "disagreed": one(e.replied && !e.agreed)}
		if e.score >= 0 {
			n["earned"], n["possible"] = int64(e.score), 100
		}
		all.add(key{Source: report.Evaluations, Queue: e.queue, Agent: "agent1", Channel: e.by(), Language: e.language}, e.at, n)
	}
	for k, n := range all {
		maps.DeleteFunc(n, func(_ string, value int64) bool { return value == 0 })
		if len(n) == 0 {
			delete(all, k)
		}
	}
	return all
}

// kept are the counts that are kept.
func (w *world) kept() lines {
	rows, err := w.conn.Query(w.t.Context(), `SELECT source, hour, queue, service, agency, channel, language, dialogue, node, to_queue, agent, counts FROM report_hours`)
	require.NoError(w.t, err)
	all := lines{}
	var k key
	var n report.Counts
	_, err = pgx.ForEachRow(rows, []any{&k.Source, &k.Hour, &k.Queue, &k.Service, &k.Agency, &k.Channel, &k.Language, &k.Dialogue, &k.Node, &k.ToQueue, &k.Agent, &n}, func() error {
		k.Hour = k.Hour.UTC()
		if len(n) > 0 {
			all[k] = n
		}
		n = nil
		return nil
	})
	require.NoError(w.t, err)
	return all
}

// countTimes cuts the times of agents at the hours.
func (w *world) countTimes(all lines) {
	for _, s := range w.times {
		until, queues := s.until, s.queues
		if until.IsZero() {
			until = w.leased
		}
		if len(queues) == 0 {
			queues = []string{""}
		}
		for at := s.since; at.Before(until); at = at.Truncate(time.Hour).Add(time.Hour) {
			end := at.Truncate(time.Hour).Add(time.Hour)
			if until.Before(end) {
				end = until
			}
			ms, told := end.UnixMilli()-at.UnixMilli(), int64(0)
			for n, queue := range queues {
				part := ms*int64(n+1)/int64(len(queues)) - told
				told += part
				all.add(key{Source: report.Agents, Queue: queue, Agent: fmt.Sprint("agent", s.agent)}, at, report.Counts{s.doing: part, "used": part * s.load / 100})
			}
		}
	}
}

// returned says that the same citizen, or number, joined a queue within a week of a talk.
func (w *world) returned(c *queued) bool {
	return slices.ContainsFunc(w.contacts, func(o *queued) bool {
		same := o.number == c.number || o.citizen != 0 && o.citizen == c.citizen
		return same && !o.placed && o.joined.After(c.released) && !o.joined.After(c.released.Add(7*24*time.Hour))
	})
}

func (w *world) countExchanges(all lines) {
	for _, m := range w.sms {
		all.add(key{Source: report.Incoming, Channel: "sms"}, m.at, report.Counts{"received": 1, "received_parts": 2, "flood": one(m.flood)})
	}
	for _, q := range w.questions {
		all.add(key{Source: report.Questions, Service: q.service, Agency: q.agency, Channel: "sms", Language: "ru"}, q.at,
			report.Counts{"asked": 1, "found": one(q.service != ""), "vain": one(q.service == "")})
	}
	for _, e := range w.events {
		name := map[string]string{"applied": "events_applied", "duplicate": "events_repeated", "superseded": "events_late"}[e.outcome]
		if name == "" {
			name = "events_refused"
		}
		n := report.Counts{"events": 1, name: 1}
		if e.outcome == "applied" {
			n["lag"] = max(0, e.at.Sub(e.happened).Round(time.Millisecond).Milliseconds())
			n["longest_lag"] = n["lag"]
		}
		all.add(key{Source: report.Events, Agency: e.agency}, e.at, n)
	}
	for _, d := range w.told {
		n := report.Counts{"told": 1, "attempts_failed": int64(d.attempts)}
		switch d.state {
		case "waiting":
			n["undelivered"] = 1
		case "dead":
			n["given_up"] = 1
		case "delivered":
			n["taken"], n["taking"], n["delay"] = 1, 1500, d.last.Sub(d.at).Round(time.Millisecond).Milliseconds()
		}
		all.add(key{Source: report.Deliveries, Agency: d.agency}, d.at, n)
	}
}

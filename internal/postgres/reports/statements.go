package reports

import (
	"fmt"
	"strings"
	"time"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/report"
)

// counting is how the rows of a source are counted.
type counting struct {
	source report.Source
	// moment decides the hour to which a row belongs.
	moment string
	// rows are what is counted: a FROM with a WHERE that holds the moment between $1 and $2, and the ids between $3 and $4 where there are ids.
	rows string
	// ids is the table whose ids grow with the moment, or "": then an index on the moment finds the rows.
	ids string
	// disorder is by how much the moments of two rows may stand in another order than their ids.
	disorder time.Duration
	// first is the first moment of the ledger.
	first string
	// by are the dimensions, each as "column: expression".
	by []string
	// open says of a row that it is counted again.
	open   string
	counts []count
}

type count struct{ name, sql string }

// of counts the rows of a condition.
func of(name, condition string) count {
	return count{name, "count(*) FILTER (WHERE " + condition + ")"}
}

func total(name, number, condition string) count {
	return count{name, "sum(" + number + ") FILTER (WHERE " + condition + ")"}
}

// ms is a time between two moments in milliseconds, never negative: the clocks of agencies are their own.
func ms(from, to string) string {
	return fmt.Sprintf("(greatest(extract(epoch FROM %s - %s), 0) * 1000)::bigint", to, from)
}

// target is within which time a contact is to be answered, by its queue.
var target = fmt.Sprintf("coalesce((SELECT target_seconds FROM queues WHERE name = contacts.queue), %d) * interval '1 s'", int(acd.DefaultTarget.Seconds()))

// waits are the histogram of waits, by report.Ledgers.
func waits() []count {
	var all []count
	least := ""
	from := inbound + " AND "
	for _, bound := range []int{5, 10, 20, 30, 60, 120, 300, 600} {
		most := fmt.Sprintf("connected_at <= queued_at + interval '%d s'", bound)
		all = append(all, of(fmt.Sprintf("wait_le_%d", bound), from+most+least))
		least = fmt.Sprintf(" AND connected_at > queued_at + interval '%d s'", bound)
	}
	return append(all, of("wait_longer", inbound+least))
}

const (
	inbound    = "channel <> '" + contact.Outgoing + "'" // who is called joins no queue
	connected  = inbound + " AND connected_at IS NOT NULL"
	unanswered = inbound + " AND connected_at IS NULL AND outcome = "
	handled    = "released_at IS NOT NULL AND state = 'ended'"
	gaveUp     = "here AND NOT finished AND outcome <> 'operator'"
	resolved   = handled + " AND disposition IN ('resolved', 'informed')"
	// A case that was taken over begins in its state, and nobody knows when it came there. A file or a link that is noted in the history moves none.
	moved     = "from_state IS NOT NULL AND from_state <> to_state AND to_state = "
	settledIn = "('ready', 'closed', 'rejected', 'withdrawn')"
)

// returned says of a contact that the same citizen, or number, joined a queue again within 7 days of the talk.
var returned = func() string {
	again := func(by string) string {
		return `EXISTS (SELECT FROM interactions o JOIN contacts n ON n.interaction_id = o.id WHERE o.id >= i.id AND o.` + by + ` = i.` + by + `
    AND n.` + inbound + ` AND n.queued_at > contacts.released_at AND n.queued_at <= contacts.released_at + interval '7 d')`
	}
	return `EXISTS (SELECT FROM interactions i WHERE i.id = contacts.interaction_id AND (` + again("number_index") + ` OR ` + again("citizen_id") + `))`
}()

// heard says of a contact that it was by a call with a leg of which something holds.
func heard(what string) string {
	return "EXISTS (SELECT FROM legs WHERE call_id = contacts.interaction_id AND " + what + ")"
}

// servedBy is whose a row is.
const servedBy = "agent: coalesce(login, '')"

// agentOf joins the login of an agent, and no other column of the agent's; more conditions may follow.
func agentOf(id string) string {
	return "LEFT JOIN (SELECT id AS whose, login FROM agents) a ON whose = " + id
}

var countings = []counting{
	{
		source: report.Interactions, moment: "started_at", ids: "interactions", disorder: slowest, open: "ended_at IS NULL",
		by: []string{"channel", "language", "dialogue: coalesce(dialogue, '')"},
		rows: `FROM interactions i CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM contacts WHERE interaction_id = i.id) AS queued) q
WHERE started_at >= $1 AND started_at < $2 AND i.id BETWEEN $3 AND $4
  AND NOT EXISTS (SELECT FROM contacts WHERE interaction_id = i.id AND NOT ` + inbound + `)`,
		counts: []count{of("begun", "true"), of("self_served", "ended_at IS NOT NULL AND outcome = 'self_service' AND NOT queued"),
			of("unserved", "ended_at IS NOT NULL AND outcome = 'self_service' AND queued"), of("with_operator", "outcome = 'operator'"),
			of("abandoned", "outcome = 'abandoned'"), of("incomplete", "outcome = 'incomplete'"), of("cancelled", "outcome = 'cancelled'"),
			of("lost", "outcome = 'lost'"), of("dismissed", "outcome = 'dismissed'"), of("left", "outcome = 'left'"),
			of("other", `ended_at IS NOT NULL AND outcome NOT IN ('self_service', 'operator', 'abandoned', 'left', 'incomplete', 'cancelled', 'lost', 'dismissed')`),
			of("under_way", "ended_at IS NULL"), total("duration", ms("started_at", "ended_at"), "ended_at IS NOT NULL")},
	},
	{
		source: report.Nodes, moment: "started_at", ids: "interactions", disorder: slowest, open: "ended_at IS NULL",
		by: []string{"channel", "language", "dialogue", "node"},
		// One that has stopped nowhere yet is there as long as it is under way, so that it is counted again. A dialogue that has ended by
		// itself has said its last line in the transaction that ended the interaction.
		rows: `FROM (
    SELECT i.id, i.started_at, i.ended_at, i.outcome, i.channel, i.language, coalesce(i.dialogue, '') AS dialogue, coalesce(e.node, '') AS node,
           count(e.node) AS stops, i.ended_at IS NOT NULL AND e.node = l.node AS here, l.at >= i.ended_at AS finished
    FROM interactions i LEFT JOIN entries e ON e.interaction_id = i.id AND e.node IS NOT NULL
    LEFT JOIN LATERAL (SELECT node, at FROM entries WHERE interaction_id = i.id AND node IS NOT NULL ORDER BY id DESC LIMIT 1) l ON true
    WHERE i.started_at >= $1 AND i.started_at < $2 AND i.id BETWEEN $3 AND $4 GROUP BY i.id, e.node, l.node, l.at) x
WHERE node <> '' OR ended_at IS NULL`,
		counts: []count{{"stops", "sum(stops)"}, of("visits", "node <> ''"), of("left", "here"), of("finished", "here AND finished"),
			of("left_with_operator", "here AND NOT finished AND outcome = 'operator'"), of("gave_up", gaveUp),
			of("gave_up_unanswered", gaveUp+" AND outcome = 'incomplete'"), of("gave_up_waiting", gaveUp+" AND outcome IN ('abandoned', 'lost')")},
	},
	{
		source: report.Contacts, moment: "queued_at", open: "state <> 'ended'", by: []string{"queue", "channel", "language", servedBy},
		rows: `FROM contacts ` + agentOf("contacts.agent_id") + ` AND (connected_at IS NOT NULL OR NOT ` + inbound + `)
WHERE queued_at >= $1 AND queued_at < $2 AND helps IS NULL`, first: `SELECT min(queued_at) FROM contacts`,
		counts: append(waits(), of("offered", inbound), of("under_way", "state <> 'ended'"), of("answered", connected),
			of("outgoing", "NOT "+inbound), of("outgoing_answered", "NOT "+inbound+" AND connected_at IS NOT NULL"),
			of("answered_in_target", inbound+" AND connected_at <= queued_at + "+target), of("abandoned", unanswered+"'abandoned'"),
			of("abandoned_short", unanswered+"'abandoned' AND ended_at < queued_at + interval '5 s'"), of("left", unanswered+"'left'"), of("unreached", unanswered+"'unreached'"), of("called_in", unanswered+"'called_in'"), of("nobody", unanswered+"'nobody'"),
			of("lost", unanswered+"'lost'"), of("dismissed", unanswered+"'dismissed'"),
			total("wait", ms("queued_at", "connected_at"), connected),
			count{"longest_wait", "max(" + ms("queued_at", "connected_at") + ") FILTER (WHERE " + inbound + ")"}, of("handled", handled), of("marked", "mark IS NOT NULL"), of("marked_well", "mark >= 4"),
			of("measured", handled+" AND "+heard("mos IS NOT NULL")), of("poor_sound", handled+" AND "+heard(fmt.Sprintf("mos < %v", call.PoorMOS))),
			total("talk", ms("connected_at", "released_at"), handled), total("wrap_up", ms("released_at", "ended_at"), handled),
			of("resolved", resolved), of("not_given", handled+" AND disposition = '"+contact.NotGiven+"'"), of("returned", resolved+" AND "+returned)),
	},
	{
		source: report.Incoming, moment: "received_at", ids: "mo_messages", disorder: redelivered, open: "processed_at IS NULL", by: []string{"channel: 'sms'"},
		rows: `FROM mo_messages WHERE received_at >= $1 AND received_at < $2 AND id BETWEEN $3 AND $4`,
		counts: []count{of("received", "true"), total("received_parts", "parts", "true"), of("flood", "flood"),
			of("unprocessed", "processed_at IS NULL OR failure IS NOT NULL")},
	},
	{
		source: report.Outgoing, moment: "created_at", ids: "mt_messages", disorder: slowest, open: "queued + unreported > 0", by: []string{"channel: 'sms'"},
		rows: `FROM mt_messages m CROSS JOIN LATERAL (
    SELECT count(*) AS segments, count(*) FILTER (WHERE state = 'delivered') AS delivered, count(*) FILTER (WHERE state = 'undeliverable') AS undeliverable,
           count(*) FILTER (WHERE state = 'expired') AS expired, count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'unknown') AS unknown, count(*) FILTER (WHERE state = 'accepted') AS unreported,
           count(*) FILTER (WHERE state = 'queued') AS queued
    FROM mt_segments WHERE id BETWEEN m.id * 256 + 1 AND m.id * 256 + 255) s
WHERE created_at >= $1 AND created_at < $2 AND id BETWEEN $3 AND $4`,
		counts: []count{of("sent", "true"), of("sent_otp", "lane = 'otp'"), of("sent_reply", "lane = 'reply'"), of("sent_notice", "lane = 'notice'"),
			{"segments", "sum(segments)"}, {"delivered", "sum(delivered)"}, {"undeliverable", "sum(undeliverable)"}, {"expired", "sum(expired)"},
			{"failed", "sum(failed)"}, {"unknown", "sum(unknown)"}, {"unreported", "sum(unreported)"}, {"queued", "sum(queued)"}},
	},
	{
		source: report.Cases, moment: "at", open: "false", by: []string{"service: coalesce(service, '')", "agency: coalesce(agency, '')"},
		rows: `FROM (
    SELECT m.at, c.service, c.agency, c.kind, m.by, m.from_state, m.to_state, false AS escalated,
           m.to_state IN ` + settledIn + ` AND m.from_state NOT IN ` + settledIn + ` AS settles,
           CASE WHEN m.by LIKE 'agency:%' THEN (SELECT b.at FROM case_moves b WHERE b.case_id = m.case_id AND b.id < m.id ORDER BY b.id DESC LIMIT 1)
           END AS before,
           (SELECT b.at FROM case_moves b WHERE b.case_id = m.case_id AND b.id <= m.id
                AND (b.from_state IS NULL OR b.from_state IN ` + settledIn + ` AND b.to_state NOT IN ` + settledIn + `)
            ORDER BY b.id DESC LIMIT 1) AS began
    FROM case_moves m JOIN cases c ON c.id = m.case_id WHERE m.at >= $1 AND m.at < $2
    UNION ALL
    SELECT e.at, c.service, c.agency, c.kind, '', '', '', true, false, NULL, NULL
    FROM case_escalations e JOIN cases c ON c.id = e.case_id WHERE e.at >= $1 AND e.at < $2) x`,
		first: `SELECT least((SELECT min(at) FROM case_moves), (SELECT min(at) FROM case_escalations))`,
		counts: []count{of("opened", opening), of("opened_by_citizen", opening+" AND by = 'citizen'"), of("opened_by_operator", opening+" AND by LIKE 'agent:%'"),
			of("opened_by_client", opening+" AND by LIKE 'client:%'"), of("callbacks", opening+" AND kind = 'callback'"),
			of("appeals", opening+" AND kind = 'appeal'"), of("applications", opening+" AND kind = 'application'"),
			of("inquiries", opening+" AND kind = 'inquiry'"), of("appointments", opening+" AND kind = 'appointment'"),
			of("settled", "settles"), total("settling", ms("began", "at"), "settles"), of("closed", moved+"'closed'"), of("rejected", moved+"'rejected'"),
			of("withdrawn", moved+"'withdrawn'"),
			of("reopened", "from_state IN "+settledIn+" AND to_state NOT IN "+settledIn), of("escalated", "escalated"),
			of("agency_moves", "before IS NOT NULL"), total("silence", ms("before", "at"), "before IS NOT NULL"),
			{"longest_silence", "max(" + ms("before", "at") + ")"}},
	},
	{
		source: report.Questions, moment: "at", open: "false",
		by: []string{"service: coalesce(service, '')", "agency", "channel", "language"},
		rows: `FROM (
    SELECT a.at, a.channel, a.language, a.service, coalesce(
        (SELECT agency FROM service_versions v WHERE v.service = a.service AND v.at <= a.at ORDER BY version DESC LIMIT 1),
        (SELECT agency FROM service_versions v WHERE v.service = a.service ORDER BY version LIMIT 1), '') AS agency
    FROM service_asks a WHERE a.at >= $1 AND a.at < $2) x`,
		first:  `SELECT min(at) FROM service_asks`,
		counts: []count{of("asked", "true"), of("found", "service IS NOT NULL"), of("vain", "service IS NULL")},
	},
	{
		source: report.Events, moment: "received_at", open: "false", by: []string{"agency"},
		rows: `FROM exchange_events WHERE received_at >= $1 AND received_at < $2`, first: `SELECT min(received_at) FROM exchange_events`,
		counts: []count{of("events", "true"), of("events_applied", "outcome = 'applied'"), of("events_late", "outcome = 'superseded'"),
			of("events_repeated", "outcome = 'duplicate'"), of("events_refused", "outcome IN ('contradictory', 'impossible', 'unknown_case')"),
			total("lag", ms("happened_at", "received_at"), "outcome = 'applied'"),
			{"longest_lag", "max(" + ms("happened_at", "received_at") + ") FILTER (WHERE outcome = 'applied')"}},
	},
	{
		source: report.Deliveries, moment: "created_at", open: "state <> 'delivered'", by: []string{"agency"},
		rows: `FROM exchange_deliveries WHERE created_at >= $1 AND created_at < $2`, first: `SELECT min(created_at) FROM exchange_deliveries`,
		counts: []count{of("told", "true"), of("taken", "state = 'delivered'"), of("given_up", "state = 'dead'"), of("undelivered", "state = 'waiting'"),
			{"attempts_failed", "sum(attempts)"}, total("taking", "(extract(epoch FROM took) * 1000)::bigint", "state = 'delivered'"),
			total("delay", ms("created_at", "last_at"), "state = 'delivered'")},
	},
	{
		// A row is cut at the hours, and each part into those of its queues, so that the milliseconds of the parts are those of the whole. A
		// part that ends with its hour is whole, though its row goes on.
		source: report.Agents, moment: "at", open: "until IS NULL AND till < at_hour + interval '1 h'", by: []string{"queue", servedBy},
		rows: `FROM (
    SELECT a.login, t.until, t.doing, t.reason, h.hour AS at_hour, p.at, p.till, q.queue, t.load, greatest(t.capacity, 1) AS capacity,
           m.ms * q.n / cardinality(s.queues) - m.ms * (q.n - 1) / cardinality(s.queues) AS ms
    FROM agent_times t JOIN agents a ON a.id = t.agent_id
    CROSS JOIN LATERAL (SELECT coalesce(t.until, CASE WHEN t.desk THEN least(a.connected_until, now()) ELSE now() END) AS until,
                               CASE t.queues WHEN '{}' THEN '{""}' ELSE t.queues END AS queues) s
    CROSS JOIN LATERAL generate_series(date_trunc('hour', greatest(t.since, $1), 'UTC'), least(s.until, $2), interval '1 h') h (hour)
    CROSS JOIN LATERAL (SELECT greatest(t.since, h.hour) AS at, least(s.until, h.hour + interval '1 h') AS till) p
    CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM p.till) * 1000)::bigint - floor(extract(epoch FROM p.at) * 1000)::bigint AS ms) m
    CROSS JOIN LATERAL unnest(s.queues) WITH ORDINALITY q (queue, n)
    WHERE tstzrange(t.since, t.until) && tstzrange($1, $2) AND p.at < p.till AND p.at >= $1 AND p.at < $2) x`,
		first:  `SELECT min(since) FROM agent_times`,
		counts: append(spentOn(), count{"used", "sum(ms * load / capacity)"}),
	},
	{
		source: report.Transfers, moment: "passed_at", open: "false", by: []string{"queue", "channel", "language", "to_queue: coalesce(passed_queue, '')", servedBy},
		rows: `FROM contacts ` + agentOf("contacts.agent_id") + ` WHERE passed_at >= $1 AND passed_at < $2`, first: `SELECT min(passed_at) FROM contacts`,
		counts: []count{of("transfers", "true"), of("to_queues", "passed_to = 'queue'"), of("to_agents", "passed_to = 'agent'"),
			of("to_outside", "passed_to = 'outside'"), of("asked_before", "passed_asked")},
	},
	{
		source: report.Evaluations, moment: "at", open: "replied_at IS NULL", by: []string{"queue", "channel", "language", servedBy},
		rows: `FROM (
    SELECT e.at, e.score, e.replied_at, e.agreed, c.queue, c.channel, c.language, login
    FROM evaluations e JOIN contacts c ON c.id = e.contact_id ` + agentOf("e.agent_id") + ` WHERE e.at >= $1 AND e.at < $2) x`,
		first: `SELECT min(at) FROM evaluations`,
		counts: []count{of("evaluated", "true"), total("earned", "score", "score IS NOT NULL"), {"possible", "100 * count(score)"},
			of("replied", "replied_at IS NOT NULL"), of("disagreed", "NOT agreed")},
	},
}

// spentOn is what the time of agents goes into, by report.Ledgers.
func spentOn() []count {
	var all []count
	for _, doing := range []string{"talking", "wrap_up", "ringing", "offered", "available"} {
		all = append(all, total(doing, "ms", "doing = '"+doing+"'"))
	}
	known := "'" + strings.Join(acd.PauseReasons, "', '") + "'"
	for _, reason := range acd.PauseReasons {
		all = append(all, total("paused_"+reason, "ms", "doing = 'paused' AND reason = '"+reason+"'"))
	}
	return append(all, total("paused_other", "ms", "doing = 'paused' AND reason NOT IN ("+known+")"))
}

const opening = "from_state IS NULL AND NOT escalated"

func countingOf(s report.Source) (counting, error) {
	for _, c := range countings {
		if c.source == s {
			return c, nil
		}
	}
	return counting{}, fmt.Errorf("nothing counts %s", s)
}

// insert is the statement that counts the rows of a span.
func (c counting) insert() string {
	columns, expressions := make([]string, len(c.by)), make([]string, len(c.by))
	for i, dimension := range c.by {
		column, expression, ok := strings.Cut(dimension, ": ")
		if !ok {
			expression = column
		}
		columns[i], expressions[i] = column, expression
	}
	parts := make([]string, len(c.counts))
	for i, n := range c.counts {
		parts[i] = fmt.Sprintf("'%s', nullif(%s, 0)", n.name, n.sql)
	}
	return fmt.Sprintf(`INSERT INTO report_hours (source, hour, open, counts, %s)
SELECT '%s', date_trunc('hour', %s, 'UTC'), bool_or(%s), jsonb_strip_nulls(jsonb_build_object(%s)), %s %s GROUP BY %s`,
		strings.Join(columns, ", "), c.source, c.moment, c.open, strings.Join(parts, ", "), strings.Join(expressions, ", "),
		c.rows, strings.Join(append(groups(expressions), "date_trunc('hour', "+c.moment+", 'UTC')"), ", "))
}

// groups leaves out constants, by which nothing can be grouped.
func groups(expressions []string) []string {
	var all []string
	for _, e := range expressions {
		if !strings.HasPrefix(e, "'") {
			all = append(all, e)
		}
	}
	return all
}

package retention

import "strings"

// sweep deletes what is over of one table, with what goes along. $1 is the moment before which rows are over, $2 the size of a
// batch.
type sweep struct {
	table string
	sql   string

	// byID says that the statement reads a page of the table after the id $3, and gives its last id; the pass ends with the
	// page whose last row began after $1. Else the statement finds what is over by an index.
	byID bool

	// look gives the oldest moment there, and how many rows are over since before $1, at most mostOverdue: none, if the sweeper does its
	// work.
	look string
}

// mostOverdue bounds what is counted.
const mostOverdue = "10000"

// byIndex deletes by an index on a moment that never changes. Further conditions may keep a row.
func byIndex(table, moment, conditions string) sweep {
	names := strings.NewReplacer("{table}", table, "{moment}", moment, "{conditions}", conditions, "{most}", mostOverdue)
	return sweep{table: table, look: names.Replace(`
SELECT (SELECT min({moment}) FROM {table} WHERE true {conditions}),
       (SELECT count(*) FROM (SELECT FROM {table} WHERE {moment} < $1 {conditions} LIMIT {most}) x)`), sql: names.Replace(`
WITH gone AS (
    DELETE FROM {table} WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM {table} WHERE {moment} < $1 {conditions} ORDER BY {moment} LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING 1
)
SELECT count(*) FROM gone`)}
}

// byID deletes rows of a table whose ids grow with the moment at which rows begin. also are statements that delete what goes
// along with the ids in the list "over".
func byID(table, began, isOver string, also ...string) sweep {
	along := ""
	for i, statement := range also {
		along += ", along" + string(rune('a'+i)) + " AS (" + statement + ")"
	}
	names := strings.NewReplacer("{table}", table, "{began}", began, "{over}", isOver, "{along}", along, "{most}", mostOverdue)
	return sweep{table: table, byID: true, look: names.Replace(`
SELECT (SELECT {began} FROM {table} ORDER BY id LIMIT 1), (SELECT count(*) FROM (
    SELECT FROM {table} t WHERE id < coalesce((SELECT id FROM {table} WHERE {began} >= $1 ORDER BY id LIMIT 1), 9223372036854775807) AND {over}
    ORDER BY id LIMIT {most}) x)`), sql: names.Replace(`
WITH page AS MATERIALIZED (
    SELECT id, {began} AS began FROM {table} WHERE id > $3 ORDER BY id LIMIT $2
), over AS MATERIALIZED (
    SELECT id FROM {table} t WHERE id = ANY (ARRAY (SELECT id FROM page)) AND {over} FOR UPDATE SKIP LOCKED
){along}, gone AS (
    DELETE FROM {table} WHERE id = ANY (ARRAY (SELECT id FROM over))
)
SELECT (SELECT count(*) FROM over), count(*), coalesce(max(id), 0), coalesce((SELECT began FROM page ORDER BY id DESC LIMIT 1) >= $1, true)
FROM page`)}
}

const (
	ofInteractions = ` = ANY (ARRAY (SELECT id FROM over))`
	contactsOver   = `SELECT id FROM contacts WHERE interaction_id` + ofInteractions
)

// sweeps are the statements of all rules with a time, in the order in which they run.
var sweeps = []sweep{
	byID("interactions", "started_at", "coalesce(ended_at, active_at) < $1",
		"DELETE FROM data_keys WHERE kind = 'i' AND owner_id"+ofInteractions,
		"DELETE FROM entries WHERE interaction_id"+ofInteractions,
		"DELETE FROM interaction_cases WHERE interaction_id"+ofInteractions,
		"DELETE FROM sessions WHERE interaction_id"+ofInteractions,
		"DELETE FROM legs WHERE call_id"+ofInteractions,
		"DELETE FROM call_orders WHERE call_id"+ofInteractions,
		"DELETE FROM recordings WHERE interaction_id"+ofInteractions,
		"DELETE FROM calls WHERE interaction_id"+ofInteractions,
		"DELETE FROM drafts WHERE interaction_id"+ofInteractions,
		"DELETE FROM evaluations WHERE interaction_id"+ofInteractions,
		"DELETE FROM offers WHERE contact_id = ANY (ARRAY ("+contactsOver+"))",
		"DELETE FROM stream_events WHERE stream = ANY (ARRAY (SELECT 'contact:' || id FROM ("+contactsOver+") c))",
		"DELETE FROM streams WHERE name = ANY (ARRAY (SELECT 'contact:' || id FROM ("+contactsOver+") c))",
		"DELETE FROM contacts WHERE interaction_id"+ofInteractions),
	byIndex("recordings", "expires_at", "AND (kind = 'message' OR state IN ('kept', 'lost'))"),
	byIndex("mo_parts", "received_at", "AND mo_id IS NOT NULL"),
	byID("mo_messages", "received_at", "processed_at IS NOT NULL AND received_at < $1 AND NOT EXISTS (SELECT FROM mo_parts WHERE mo_id = t.id)"),
	byID("mt_messages", "created_at", `greatest(created_at, expires_at) < $1
        AND NOT EXISTS (SELECT FROM mt_segments s WHERE s.id BETWEEN t.id * 256 + 1 AND t.id * 256 + 255 AND s.state = 'queued')`,
		"DELETE FROM smpp_submits WHERE mt_id"+ofInteractions,
		"DELETE FROM mt_segments WHERE id = ANY (ARRAY (SELECT s.id FROM over o CROSS JOIN LATERAL ("+
			"SELECT id FROM mt_segments WHERE id BETWEEN o.id * 256 + 1 AND o.id * 256 + 255 OFFSET 0) s))"),
	byIndex("notifications", "created_at", ""),
	byIndex("notification_lists", "created_at", ""),
	byIndex("notification_days", "day", ""), // its key begins with it
	byIndex("mt_receipts", "received_at", ""),
	byIndex("ussd_requests", "received_at", ""),
	byID("sms_quarantine", "received_at", "received_at < $1"),
	byIndex("sms_binds", "began_at", "AND coalesce(ended_at, alive_at) < $1"),
	byIndex("sms_nodes", "told_at", ""), // so few that it needs no index
	byIndex("stream_events", "at", ""),
	byIndex("commands", "at", ""),
	byIndex("agent_times", "until", ""),
	byIndex("memos", "at", ""),
	byIndex("case_batches", "at", ""),
	byIndex("invitations", "expires_at", ""), // few
	byIndex("taken_once", "expires_at", ""),
	byIndex("logins", "expires_at", ""),
	byID("challenges", "created_at", "expires_at < $1"),
	byIndex("callback_requests", "taken_at", ""),
	byIndex("sip_accounts", "expires_at", ""), // few
	byIndex("lockouts", "since", ""),
	byIndex("episodes", "last_at", ""),
	byIndex("otp_days", "day", ""),   // its key begins with it
	byIndex("otp_hours", "hour", ""), // likewise
	byIndex("otp_blocks", "until", ""),
	byIndex("guesses", "last_at", ""),
	byIndex("known_ways", "last_at", ""),
	byIndex("bindings", "ended_at", ""),
	byIndex("service_asks", "at", ""),
	byIndex("exchange_events", "received_at", ""),
	byIndex("webhook_deliveries", "created_at", ""),
	byIndex("exchange_questions", "asked_at", ""),
	byIndex("fees", "told_at", ""),
	byIndex("client_requests", "at", ""),
	byIndex("exchange_deliveries", "created_at", ""),
	byIndex("service_days", "day", ""), // its key begins with it
	byIndex("report_hours", "hour", ""),
	byIndex("retention_days", "day", ""), // its key begins with it
	byIndex("write_probes", "at", ""),    // a row a node
}

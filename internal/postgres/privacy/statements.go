package privacy

// forget is a statement that takes a citizen's traces out of a table.
type forget struct {
	table string
	sql   string
}

// The arguments of each: $1 the citizen, $2 the interactions, $3 the cases, $4 the blind indexes of the numbers that are bound to the citizen,
// $5 of these and of others on which the citizen was met, $6 the numbers that are bound, $7 these as subjects of failed attempts. What was said
// on those others is only found with an interaction of the citizen's.
const typed = `WITH the AS (SELECT $1::bigint, $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[])
`

// Messages that wait to be sent stay until they are sent or expired: whoever sends them holds them.
const final = `NOT EXISTS (SELECT FROM mt_segments s WHERE s.id BETWEEN m.id * 256 + 1 AND m.id * 256 + 255 AND s.state = 'queued')`

const sentToThem = `SELECT m.id FROM mt_messages m WHERE m.destination_index = ANY ($5) AND (m.destination_index = ANY ($4) OR m.interaction_id = ANY ($2)) AND ` + final

// forgets are the statements in the order of locks (postgres.LockOrder). Rows that statistics count stay, without whose they were.
var forgets = []forget{
	{"commands", `
UPDATE commands c SET sealed = NULL, result = NULL FROM (
    SELECT agent_id, min(queued_at) AS since FROM (
        SELECT agent_id, queued_at FROM contacts WHERE interaction_id = ANY ($2)
        UNION ALL SELECT o.agent_id, k.queued_at FROM contacts k JOIN offers o ON o.contact_id = k.id WHERE k.interaction_id = ANY ($2)) a
    GROUP BY agent_id) a
WHERE c.agent_id = a.agent_id AND c.at >= a.since`},
	{"mo_parts", `
DELETE FROM mo_parts WHERE source_index = ANY ($4)
   OR mo_id IN (SELECT id FROM mo_messages WHERE source_index = ANY ($5) AND interaction_id = ANY ($2))`},
	{"mo_messages", `DELETE FROM mo_messages WHERE source_index = ANY ($5) AND (source_index = ANY ($4) OR interaction_id = ANY ($2)) AND processed_at IS NOT NULL`},
	{"interactions", `
UPDATE interactions SET number = NULL, number_index = NULL, sealed_number = NULL, citizen_id = NULL, ended_at = coalesce(ended_at, now())
WHERE id = ANY ($2)`},
	{"sessions", `DELETE FROM sessions WHERE interaction_id = ANY ($2)`},
	{"contacts", `UPDATE contacts SET context = NULL, sealed_context = NULL WHERE interaction_id = ANY ($2)`},
	{"drafts", `DELETE FROM drafts WHERE interaction_id = ANY ($2)`},
	{"evaluations", `UPDATE evaluations SET sealed = NULL, sealed_reply = NULL WHERE interaction_id = ANY ($2)`}, // the score is the agent's
	{"transcript_corrections", `DELETE FROM transcript_corrections WHERE recording_id IN (SELECT id FROM recordings WHERE interaction_id = ANY ($2))`},
	{"transcripts", `DELETE FROM transcripts WHERE recording_id IN (SELECT id FROM recordings WHERE interaction_id = ANY ($2))`},
	{"recordings", `DELETE FROM recordings WHERE interaction_id = ANY ($2)`}, // the files open no more, and go with the sweeper
	{"entries", `DELETE FROM entries WHERE interaction_id = ANY ($2)`},
	{"challenges", `DELETE FROM challenges WHERE number_index = ANY ($5) AND (number_index = ANY ($4) OR citizen_id = $1)`},
	{"lockouts", `DELETE FROM lockouts WHERE subject = 'citizen:' || $1 OR subject = ANY ($7)`},
	{"episodes", `DELETE FROM episodes WHERE subject = 'citizen:' || $1 OR subject = ANY ($7)`},
	{"smpp_submits", `DELETE FROM smpp_submits WHERE mt_id IN (` + sentToThem + `)`},
	{"mt_segments", `DELETE FROM mt_segments WHERE id IN (SELECT s.id FROM (` + sentToThem + `) m CROSS JOIN LATERAL (
    SELECT id FROM mt_segments WHERE id BETWEEN m.id * 256 + 1 AND m.id * 256 + 255 OFFSET 0) s)`},
	{"mt_messages", `DELETE FROM mt_messages WHERE id IN (` + sentToThem + `)`},
	{"citizens", `SELECT FROM citizens WHERE id = $1 FOR UPDATE`}, // of two who erase, the second finds nobody
	{"bindings", `DELETE FROM bindings WHERE citizen_id = $1`},
	{"citizen_factors", `DELETE FROM citizen_factors WHERE citizen_id = $1`},
	{"cases", `UPDATE cases SET contact = NULL, subject = NULL, contact_index = NULL, sealed = NULL, citizen_id = NULL WHERE id = ANY ($3)`},
	{"memos", `DELETE FROM memos WHERE interaction_id = ANY ($2) OR case_id = ANY ($3)`}, // notes in which a colleague was named
	{"case_notes", `UPDATE case_notes SET sealed = NULL WHERE case_id = ANY ($3)`},
	{"case_moves", `UPDATE case_moves SET why = NULL, told = NULL, sealed = NULL, mt_id = NULL WHERE case_id = ANY ($3)`},
	{"case_attachments", `DELETE FROM case_attachments WHERE case_id = ANY ($3)`}, // the files open no more, and go with the sweeper
	{"ussd_requests", `DELETE FROM ussd_requests WHERE number_index = ANY ($4)`},
	{"sip_accounts", `DELETE FROM sip_accounts WHERE number = ANY ($6)`},
	{"case_imports", `DELETE FROM case_imports WHERE case_id = ANY ($3)`},
	{"exchange_questions", `DELETE FROM exchange_questions WHERE interaction_id = ANY ($2) OR citizen_id = $1`},
	{"fees", `DELETE FROM fees WHERE interaction_id = ANY ($2)`},
	// Those that were sent are counted further, for nobody; those that wait are not sent.
	{"notifications", `
UPDATE notifications SET number_index = NULL, citizen_id = NULL, sealed = '', mt_id = NULL,
    state = CASE WHEN state IN ('waiting', 'queued', 'sent', 'unreachable') THEN 'failed' ELSE state END,
    failure = CASE WHEN state IN ('waiting', 'queued', 'sent', 'unreachable') THEN 'erased' ELSE failure END
WHERE number_index = ANY ($4) OR citizen_id = $1`},
	{"subscribers", `DELETE FROM subscribers WHERE number_index = ANY ($4)`},
	{"search_documents", `DELETE FROM search_documents WHERE kind = 'z' AND owner_id = $1 OR kind = 'c' AND owner_id = ANY ($3)`},
	// Last, because these open all else: with them goes what old versions of the rows, and backups, have of it.
	{"data_keys", `DELETE FROM data_keys WHERE kind = 'z' AND owner_id = $1 OR kind = 'i' AND owner_id = ANY ($2) OR kind = 'c' AND owner_id = ANY ($3)`},
	{"citizens", `DELETE FROM citizens WHERE id = $1`},
}

// Package retention says how long the rows of each table stay. It knows no storage: [Rules] is the one table of it, and a test
// of the store fails for a table without a rule.
package retention

import (
	"fmt"
	"time"
)

// Rule is how the rows of a table end. Exactly one of For, With and Stays is set.
type Rule struct {
	Table string

	// For is how long a row stays after From, a moment in words. The sweeper deletes it then.
	For  time.Duration
	From string

	// With is the table whose rows take these along.
	With string

	// Stays is why the rows stay, or who ends them.
	Stays string
}

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// Rules are the rules of all tables.
var Rules = []Rule{
	// What was said, and on which channel. An interaction takes along all that happened in it.
	{Table: "interactions", For: year, From: "its end, or its last line if nobody has ended it"},
	{Table: "data_keys", With: "interactions"}, // those of cases stay with them, and an agent's with the agent
	{Table: "entries", With: "interactions"},
	{Table: "interaction_cases", With: "interactions"},
	{Table: "sessions", With: "interactions"},
	{Table: "calls", With: "interactions"},
	{Table: "legs", With: "calls"},
	{Table: "call_orders", With: "calls"},
	{Table: "recordings", For: time.Hour, From: "the end of the days for which its queue keeps talks; the sweeper removes the file then"},
	{Table: "transcripts", With: "recordings"},
	{Table: "transcript_corrections", With: "transcripts"},
	{Table: "contacts", With: "interactions"},
	{Table: "callback_requests", For: 30 * day, From: "the request was taken: its Asterisk forgets it within a moment"},
	{Table: "offers", With: "contacts"},
	{Table: "evaluations", With: "contacts"},
	{Table: "drafts", With: "contacts"}, // most go with the end of the contact

	// Messages. Their text is in the transcript as well; these rows tell what an operator did with them.
	{Table: "mo_messages", For: 90 * day, From: "its arrival, once it is processed"},
	{Table: "mo_parts", For: day, From: "its arrival, once it is joined: until then its redelivery is known"},
	{Table: "mt_messages", For: 90 * day, From: "its expiry"},
	{Table: "mt_segments", With: "mt_messages"},
	{Table: "smpp_submits", With: "mt_messages"},
	{Table: "notifications", For: 90 * day, From: "its creation"},
	{Table: "notification_lists", For: 91 * day, From: "its creation: its messages have gone"},
	{Table: "notification_days", For: 7 * day, From: "its day"},
	{Table: "mt_receipts", For: 3 * day, From: "its arrival: no answer to a submit comes later"},
	{Table: "mt_queue", Stays: "the claim or the expiry of the segment deletes the row"},
	{Table: "mt_claims", Stays: "the outcome of its segments, or the end of its lease, deletes the row"},
	{Table: "ussd_requests", For: time.Hour, From: "its arrival: an SMSC gives a session up long before"},
	{Table: "sms_quarantine", For: 30 * day, From: "its arrival"},
	{Table: "sms_binds", For: 7 * day, From: "its end, or its last sign of life: redeliveries come within a day"},
	{Table: "sms_nodes", For: day, From: "its last report"},

	// Desks.
	{Table: "stream_events", For: 7 * day, From: "its time: a desk that was away for longer starts from a snapshot"},
	{Table: "streams", Stays: "a number must not be used again; a contact's stream goes with the contact, agents and queues are few"},
	{Table: "commands", For: 7 * day, From: "its time: a page sends a command again within minutes"},
	{Table: "memos", For: 30 * day, From: "its time"},
	{Table: "agent_times", For: year, From: "its end: the figures of reports stay"},
	{Table: "invitations", For: 30 * day, From: "its expiry"},
	{Table: "taken_once", For: time.Hour, From: "its expiry: what it names is refused for its age by then"},
	{Table: "logins", For: 30 * day, From: "its expiry"},
	{Table: "sip_accounts", For: 30 * day, From: "its expiry: the voice node deletes it long before"},

	// Identity.
	{Table: "challenges", For: 90 * day, From: "its expiry"},
	{Table: "lockouts", For: day, From: "its last change: time has forgiven everything long before"},
	{Table: "episodes", For: 30 * day, From: "its last refusal; the journal has its first"},
	{Table: "otp_days", For: 7 * day, From: "its day"},
	{Table: "otp_hours", For: 2 * year, From: "its hour; it holds no number"},
	{Table: "otp_blocks", For: year, From: "its end"},
	{Table: "guesses", For: day, From: "its last guess"},
	{Table: "known_ways", For: 90 * day, From: "its last login"},
	{Table: "bindings", For: 3 * year, From: "its end"},
	{Table: "citizen_factors", Stays: "one a citizen, and gone with the citizen"},
	{Table: "citizens", Stays: "the register of persons"},
	{Table: "subscribers", Stays: "a choice holds until it is changed: a STOP is never forgotten"},
	{Table: "clients", Stays: "settings"},
	{Table: "client_keys", Stays: "few, and the journal names them"},
	{Table: "otp_purposes", Stays: "settings"},

	// Cases and the journal.
	{Table: "cases", Stays: "the durable matter"},
	{Table: "search_documents", Stays: "each goes with its citizen or case"},
	{Table: "case_rules", Stays: "settings, by which terms were counted"},
	{Table: "case_escalations", Stays: "the history of a case"},
	{Table: "offices", Stays: "settings"},
	{Table: "office_versions", Stays: "what an office was on a day"},
	{Table: "office_counters", Stays: "settings"},
	{Table: "appointments", Stays: "the history of a case"},
	{Table: "appointment_waits", Stays: "the history of a case"},
	{Table: "case_imports", Stays: "by which a register that is taken over again adds what is new"},
	{Table: "case_places", Stays: "the history of a case"},
	{Table: "case_moves", Stays: "the history of a case"},
	{Table: "case_batches", For: 7 * day, From: "the order: the history of each case has its move"},
	{Table: "case_notes", Stays: "the history of a case"},
	{Table: "case_attachments", Stays: "each goes with the erasure of its citizen; the sweeper removes the file then"},
	{Table: "case_links", Stays: "the history of a case"},
	{Table: "exchange_events", For: 3 * year, From: "its receipt: the case's history has what came of it"},
	{Table: "exchange_deliveries", For: year, From: "its case's move: the proof of what was told"},
	{Table: "exchange_files", Stays: "the numbers of an agency's files go on; nobody's data is in it"},
	{Table: "webhook_endpoints", Stays: "settings"},
	{Table: "webhook_deliveries", For: 90 * day, From: "the event, or its last replay"},
	{Table: "exchange_questions", For: 30 * day, From: "the question"},
	{Table: "fees", For: year, From: "the link: it is followed for days"},
	{Table: "exchange_endpoints", Stays: "settings"},
	{Table: "client_requests", For: 30 * day, From: "the request: a client repeats one within days"},
	{Table: "exchange_books", Stays: "one a case of an agency that reports"},
	{Table: "audit", Stays: "the journal is a chain: a gap in it is a breach"},

	// Settings and reference data.
	{Table: "agencies", Stays: "reference data"},
	{Table: "services", Stays: "the catalogue"},
	{Table: "service_versions", Stays: "what was told on a day can be shown"},
	{Table: "service_asks", For: 90 * day, From: "the question: service_days has the count"},
	{Table: "service_days", For: 5 * year, From: "its day; it names nobody"},
	{Table: "report_hours", For: 5 * year, From: "its hour; it names nobody"},
	{Table: "report_marks", Stays: "one a source of reports"},
	{Table: "announcements", Stays: "what callers were told on a day can be shown; it names nobody"},
	{Table: "calendars", Stays: "settings"},
	{Table: "canned_replies", Stays: "settings; they name nobody"},
	{Table: "evaluation_forms", Stays: "settings"},
	{Table: "evaluation_form_versions", Stays: "by which questions a contact was evaluated can be shown"},
	{Table: "evaluation_queues", Stays: "settings"},
	{Table: "calendar_versions", Stays: "by which holidays a term was counted can be shown"},
	{Table: "dialogues", Stays: "few, and any session may go on with one"},
	{Table: "dialogue_publications", Stays: "what callers were told on a day can be shown"},
	{Table: "agents", Stays: "the journal names them"},
	{Table: "sso_accounts", Stays: "settings"},
	{Table: "second_factors", Stays: "settings"},
	{Table: "passkeys", Stays: "settings"},
	{Table: "recovery_codes", Stays: "settings"},
	{Table: "agent_queues", Stays: "settings"},
	{Table: "queues", Stays: "settings"},
	{Table: "pause_limits", Stays: "settings"},
	{Table: "case_views", Stays: "settings; they name no citizen"},
	{Table: "channels", Stays: "settings"},
	{Table: "key_checks", Stays: "one a master key in use"},
	{Table: "own_keys", Stays: "one a purpose"},
	{Table: "key_uses", Stays: "one a master key"},
	{Table: "asterisks", Stays: "few"},
	{Table: "smpp_accounts", Stays: "settings"},
	{Table: "sms_links", Stays: "settings"},
	{Table: "write_probes", For: 7 * day, From: "its last write: its node is gone"},
	{Table: "retention_days", For: 5 * year, From: "its day: the proof that these rules were kept"},
	{Table: "leases", Stays: "one row for each thing that has an owner; its fence must not go back"},
	// Jobs: River forgets completed ones after a day, failed ones after a week, queues that nobody works after a day.
	{Table: "river_job", Stays: "the leading worker deletes it"},
	{Table: "river_queue", Stays: "the leading worker deletes it"},
	{Table: "river_leader", Stays: "one row"},
	{Table: "river_notification", Stays: "always empty: nothing notifies"},
	{Table: "goose_db_version", Stays: "the history of the schema"},
}

// Of gives the rule of a table.
func Of(table string) (Rule, bool) {
	for _, r := range Rules {
		if r.Table == table {
			return r, true
		}
	}
	return Rule{}, false
}

// Check says what is wrong with a rule by itself.
func (r Rule) Check() error {
	ways := 0
	for _, set := range []bool{r.For > 0, r.With != "", r.Stays != ""} {
		if set {
			ways++
		}
	}
	switch {
	case ways != 1:
		return fmt.Errorf("%s: exactly one of For, With and Stays", r.Table)
	case (r.For > 0) != (r.From != ""):
		return fmt.Errorf("%s: For needs From, and only For", r.Table)
	case r.With == "":
		return nil
	}
	parent, ok := Of(r.With)
	if !ok || parent.Stays != "" {
		return fmt.Errorf("%s: its parent %s never ends", r.Table, r.With)
	}
	return parent.Check()
}

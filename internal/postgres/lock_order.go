package postgres

// LockOrder is the order in which a transaction first locks or writes rows of its tables. Two transactions that keep to it
// never wait for each other in a circle. A transaction may leave tables out, and may come back to a table that it has
// touched; it may take a row early if it does not wait for it (SKIP LOCKED). Tables that are not in the list are not
// contended: their rows are only added, or changed by one worker at a time.
//
// Package pgtest fails a test in which a transaction breaks the order.
var LockOrder = []string{
	"taken_once",
	"guesses",
	"known_ways",
	"leases",
	"commands",
	"mo_messages",
	"interactions",
	"sessions",
	"calls",
	"contacts",
	"drafts",
	"offers",
	"invitations",
	"second_factors",
	"recovery_codes",
	"passkeys",
	"logins",
	"agents",
	"sso_accounts",
	"call_orders",
	"legs",
	"challenges",
	"lockouts",
	"citizens",
	"citizen_factors",
	"appointments",
	"cases",
	"notification_lists",
	"notification_days",
	"notifications",
	"subscribers",
	"agent_times", // at the very end
	"streams",     // last: all events of a stream wait for its row
	"stream_events",
}

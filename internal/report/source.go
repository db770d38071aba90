package report

import (
	"fmt"
	"time"

	"okno/internal/evaluation"
	"okno/internal/retention"
)

// Source is a part of the ledger. What is counted of a row belongs to the hour in which the row began, whenever it ended; but the time of
// agents belongs to each hour with the part that lies in it.
type Source string

// The sources.
const (
	Interactions Source = "interactions"      // by the begin of the interaction
	Nodes        Source = "nodes"             // stops of dialogues, by the begin of the interaction
	Contacts     Source = "contacts"          // by the joining of the queue
	Incoming     Source = "sms_in"            // by the arrival
	Outgoing     Source = "sms_out"           // by the writing of the message
	Cases        Source = "cases"             // by the move of the case
	Questions    Source = "questions"         // to the catalogue, by the question
	Events       Source = "agency_events"     // by the receipt
	Deliveries   Source = "agency_deliveries" // by the move of the case that is told
	Agents       Source = "agents"            // what agents spend their time on, cut at the hours
	Transfers    Source = "transfers"         // by the passing on
	Evaluations  Source = "evaluations"       // by the evaluation of the contact
)

const day = 24 * time.Hour

// Ledger says of a source what is counted and for how long it can be counted again.
type Ledger struct {
	Source Source
	// Table is where the rows stand: its rule of retention says how long they can be counted again.
	Table string
	// Late is how long after its hour a row that is open is looked at again. What changes later is not counted until a rebuild.
	Late time.Duration
	// Settles is when an hour is counted once more, whatever changed.
	Settles time.Duration
	Counts  []Count
}

// Count is a number that is kept for each hour.
type Count struct {
	Name string
	// Max says that the largest counts, not the sum.
	Max bool
}

// The waits of answered contacts are kept as a histogram: how many waited up to so many seconds, and longer than the bound before.
var waitBounds = []int{5, 10, 20, 30, 60, 120, 300, 600}

// Ledgers are all sources.
var Ledgers = []Ledger{
	{Interactions, "interactions", 30 * day, settling, counts("begun", "self_served", "with_operator", "abandoned", "left", "incomplete", "cancelled", "lost", "dismissed", "unserved",
		"other", "under_way", "duration")},
	{Contacts, "contacts", 30 * day, returning, append(counts("offered", "outgoing", "outgoing_answered", "answered", "answered_in_target", "abandoned", "abandoned_short", "left", "unreached", "called_in", "nobody", "lost", "dismissed",
		"under_way", "wait", "handled", "talk", "wrap_up", "resolved", "not_given", "returned", "marked", "marked_well", "measured", "poor_sound", "wait_le_5", "wait_le_10", "wait_le_20", "wait_le_30", "wait_le_60", "wait_le_120",
		"wait_le_300", "wait_le_600", "wait_longer"), Count{Name: "longest_wait", Max: true})},
	{Nodes, "interactions", 30 * day, settling, counts("stops", "visits", "left", "finished", "left_with_operator", "gave_up", "gave_up_unanswered", "gave_up_waiting")},
	{Incoming, "mo_messages", 4 * day, settling, counts("received", "received_parts", "flood", "unprocessed")},
	{Outgoing, "mt_messages", 4 * day, settling, counts("sent", "sent_otp", "sent_reply", "sent_notice", "segments", "delivered", "undeliverable", "expired", "failed",
		"unknown", "unreported", "queued")},
	{Cases, "case_moves", 0, settling, append(counts("opened", "opened_by_citizen", "opened_by_operator", "opened_by_client", "callbacks", "appeals", "applications",
		"inquiries", "appointments", "settled", "settling", "closed", "rejected", "withdrawn", "reopened", "escalated", "agency_moves", "silence"), Count{Name: "longest_silence", Max: true})},
	{Questions, "service_asks", 0, settling, counts("asked", "found", "vain")},
	{Events, "exchange_events", 0, settling, append(counts("events", "events_applied", "events_late", "events_repeated", "events_refused", "lag"), Count{Name: "longest_lag", Max: true})},
	{Deliveries, "exchange_deliveries", 90 * day, settling, counts("told", "taken", "given_up", "undelivered", "attempts_failed", "taking", "delay")},
	{Agents, "agent_times", 2 * day, settling, counts(append(spentOn, "used")...)},
	{Transfers, "contacts", 0, settling, counts("transfers", "to_queues", "to_agents", "to_outside", "asked_before")},
	{Evaluations, "evaluations", 7 * day, settling, counts("evaluated", "earned", "possible", "replied", "disagreed")},
}

// spentOn is what an agent's time goes into: all of it, and each moment into one.
var spentOn = []string{"talking", "wrap_up", "ringing", "offered", "available", "paused_break", "paused_lunch", "paused_training", "paused_paperwork",
	"paused_not_responding", "paused_other"}

func counts(names ...string) []Count {
	all := make([]Count, len(names))
	for i, name := range names {
		all[i] = Count{Name: name}
	}
	return all
}

// LedgerOf gives what is known of a source.
func LedgerOf(s Source) Ledger {
	for _, l := range Ledgers {
		if l.Source == s {
			return l
		}
	}
	return Ledger{}
}

// kept is how long the ledger keeps its rows; 0: for ever.
func (l Ledger) kept() time.Duration {
	rule, _ := retention.Of(l.Table)
	for rule.With != "" {
		rule, _ = retention.Of(rule.With)
	}
	if l.Source == Evaluations {
		return rule.For - evaluation.Latest // each goes with its contact, which is older
	}
	return rule.For
}

// Begin is the first hour of which the ledger has all rows at a moment; zero: they stay.
func (l Ledger) Begin(now time.Time) time.Time {
	if l.kept() == 0 {
		return time.Time{}
	}
	return now.UTC().Add(-l.kept()).Truncate(time.Hour).Add(time.Hour)
}

func days(d time.Duration) string { return fmt.Sprintf("%d days", int(d/day)) }

// Counts are numbers by name. Times are in milliseconds.
type Counts map[string]int64

// Add folds others into the counts.
func (c Counts) Add(others Counts, of []Count) {
	for _, count := range of {
		n, ok := others[count.Name]
		switch {
		case !ok:
		case count.Max:
			c[count.Name] = max(c[count.Name], n)
		default:
			c[count.Name] += n
		}
	}
}

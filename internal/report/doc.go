// Package report says what the figures of the contact centre are. It knows no storage and no page.
//
//	ledger ──(counted by the hour)──► counts of an hour ──(folded)──► counts of a day, a queue, … ──► figures
//
// A [Source] is a part of the ledger with the counts that are kept of it (source.go). A [Figure] is computed of counts, and is defined in three
// languages beside where it is shown (figure.go, figures.go). A [Report] is a list of figures with the ways to break them down (report.go).
// The [Counter] keeps the counts up to date (counter.go); which hours it counts is a pure function (due.go).
package report

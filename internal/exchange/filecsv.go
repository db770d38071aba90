package exchange

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"okno/internal/cases"
	"okno/internal/fault"
	"okno/internal/tablefile"
)

// MostFileEvents is how many events one file may bring, and most of it: they are taken in one transaction.
const (
	MostFileEvents = 10_000
	MostFileBytes  = 16 << 20
)

// outColumns are those of a file for an agency.
var outColumns = []string{"id", "type", "timestamp", "case", "kind", "service", "state", "subject", "contact", "opened_at", "body", "duplicate_of"}

// outCSV makes the file that tells an agency of deliveries.
func outCSV(deliveries []Delivery) ([]byte, error) {
	rows := [][]string{outColumns}
	for _, d := range deliveries {
		if d.Body == nil {
			continue // its key was destroyed
		}
		var m Message
		if err := json.Unmarshal(d.Body, &m); err != nil {
			return nil, fmt.Errorf("message %s: %w", d.MessageID(), err)
		}
		rows = append(rows, []string{d.MessageID(), m.Type, m.Timestamp.Format(time.RFC3339), m.Data.Case, string(m.Data.Kind), m.Data.Service,
			string(m.Data.State), plain(m.Data.Subject), m.Data.Contact, m.Data.Opened.Format(time.RFC3339), plain(m.Data.Body), m.Data.DuplicateOf})
	}
	return table(rows)
}

// plain keeps what a citizen wrote from being a formula in a spreadsheet.
func plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func table(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true // RFC 4180, section 2
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// readEvents reads a file that an agency has put there; lines are those of the events. An error joins what is wrong, by line and field.
func readEvents(content []byte, now time.Time) (events []Event, lines []int, err error) {
	t, err := tablefile.Open(bytes.NewReader(content), []string{"key", "case", "sequence", "state", "at"}, "due_on", "reason")
	if err != nil {
		return nil, nil, err
	}
	for line, row := t.Next(); row != nil; line, row = t.Next() {
		e := Event{Key: row["key"], Case: row["case"], State: cases.State(row["state"]), Reason: row["reason"]}
		good := true
		wrong := func(field, text string) {
			t.Wrong(line, field, errors.New(text))
			good = false
		}
		if e.Sequence, err = strconv.ParseInt(row["sequence"], 10, 64); err != nil {
			wrong("sequence", "a number from 1")
		}
		if e.At, err = time.Parse(time.RFC3339, row["at"]); err != nil {
			wrong("at", "a time with its zone, 2026-11-28T09:30:00Z")
		}
		if due := row["due_on"]; due != "" {
			if e.DueOn, err = time.Parse(time.DateOnly, due); err != nil {
				wrong("due_on", "a date, YYYY-MM-DD")
			}
		}
		if good {
			if err := e.Check(now); err != nil {
				f := err.(*fault.Error) // of Event.Check
				wrong(f.Field, f.Text)
			}
		}
		if len(events) == MostFileEvents {
			wrong("file", fmt.Sprintf("at most %d events", MostFileEvents))
			break
		}
		events, lines = append(events, e), append(lines, line)
	}
	if err := t.Err(); err != nil {
		return nil, nil, err
	}
	if len(events) == 0 {
		return nil, nil, &tablefile.LineError{Line: 2, Field: "file", Err: errors.New("there is no event in it")}
	}
	return events, lines, nil
}

// receiptsCSV answers a file whose events were taken.
func receiptsCSV(receipts []Receipt, lines []int) ([]byte, error) {
	rows := [][]string{{"line", "key", "outcome", "explanation", "state"}}
	for i, r := range receipts {
		rows = append(rows, []string{strconv.Itoa(lines[i]), r.Key, string(r.Outcome), r.Explanation, string(r.State)})
	}
	return table(rows)
}

// problemsCSV answers a file of which nothing was taken.
func problemsCSV(err error) ([]byte, error) {
	rows := [][]string{{"line", "field", "problem"}}
	problems := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		problems = joined.Unwrap()
	}
	for _, problem := range problems {
		line, at, invalid := "", new(tablefile.LineError), new(fault.Error)
		switch {
		case errors.As(problem, &at):
			line = strconv.Itoa(at.Line)
			rows = append(rows, []string{line, at.Field, at.Err.Error()})
		case errors.As(problem, &invalid):
			rows = append(rows, []string{line, invalid.Field, invalid.Text})
		default:
			rows = append(rows, []string{line, "file", "it cannot be read as CSV"})
		}
	}
	return table(rows)
}

// Acknowledged is what an agency says of a message in a file.
type Acknowledged struct {
	Delivery int64
	Problem  Problem // none: it took the message
}

// mostProblem is the letters of what an agency says is wrong that are kept.
const mostProblem = 200

var digits = regexp.MustCompile(`[0-9]{6,}`)

// readAcknowledged reads a file by which an agency says what it took.
func readAcknowledged(content []byte) (all []Acknowledged, err error) {
	t, err := tablefile.Open(bytes.NewReader(content), []string{"id", "answer"})
	if err != nil {
		return nil, err
	}
	for line, row := t.Next(); row != nil; line, row = t.Next() {
		number, ours := strings.CutPrefix(row["id"], "okno_")
		id, err := strconv.ParseInt(number, 10, 64)
		if !ours || err != nil {
			t.Wrong(line, "id", errors.New("that of a message, okno_ and a number"))
			continue
		}
		a := Acknowledged{Delivery: id}
		switch answer := row["answer"]; {
		case strings.EqualFold(answer, "ok"):
		case answer == "":
			t.Wrong(line, "answer", errors.New("ok, or what is wrong"))
		default:
			said := []rune(digits.ReplaceAllString(answer, "•")) // the page of agencies shows it: no number of anybody
			a.Problem = refused(string(said[:min(len(said), mostProblem)]))
		}
		all = append(all, a)
	}
	return all, t.Err()
}

package cases

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"okno/internal/phone"
	"okno/internal/tablefile"
)

// Imported is a case of another system's register, as it is taken over.
type Imported struct {
	Line           int
	Key            string // the register's own, by which the case is known when the register is taken over again
	Kind           Kind
	State          State
	Service        string // code, or ""
	Agency         string // code; "": that of the service
	NationalKind   string // of the national number; "": the first
	NationalNumber string // "": nobody knows whose the case is
	CitizenID      int64  // once it is looked up
	Contact        string // E.164, or ""
	Subject        string
	Body           string
	DueOn          time.Time // zero: none
	OpenedAt       time.Time
	History        []Move    // since it was opened, where the register has it; the last leads to State
	Rating         int       // 1 to 5; 0: none
	RatedAt        time.Time // zero without a rating
}

// Register reads a register of cases line by line.
type Register struct {
	table *tablefile.Table
	now   time.Time
	seen  map[string]int
}

var registerKey = regexp.MustCompile(`^[\x21-\x7e]{1,100}$`)

// OpenRegister reads the header of a register: CSV with the columns key, kind and subject, and if wanted state, service, agency, national_number,
// national_kind, contact, body, due_on and opened_at. [tablefile.LineError].
func OpenRegister(r io.Reader, now time.Time) (*Register, error) {
	t, err := tablefile.Open(r, []string{"key", "kind", "subject"}, "state", "service", "agency", "national_number", "national_kind", "contact", "body", "due_on", "opened_at")
	if err != nil {
		return nil, err
	}
	return &Register{t, now, map[string]int{}}, nil
}

// Next gives the next case that has no mistake of form; false at the end.
func (r *Register) Next() (c Imported, more bool) {
	for {
		line, row := r.table.Next()
		if row == nil {
			return c, false
		}
		if c, ok := r.read(line, row); ok {
			return c, true
		}
	}
}

// Err joins the mistakes of form; nil: there is none so far.
func (r *Register) Err() error { return r.table.Err() }

func (r *Register) read(line int, row map[string]string) (c Imported, ok bool) {
	ok = true
	wrong := func(field string, err error) {
		if err != nil {
			r.table.Wrong(line, field, err)
			ok = false
		}
	}
	c = Imported{Line: line, Key: row["key"], Kind: Kind(row["kind"]), State: State(row["state"]), Service: row["service"], Agency: row["agency"],
		NationalKind: row["national_kind"], NationalNumber: row["national_number"], OpenedAt: r.now}
	switch before := r.seen[c.Key]; {
	case !registerKey.MatchString(c.Key):
		wrong("key", errors.New("1 to 100 visible letters of ASCII"))
	case before != 0:
		wrong("key", fmt.Errorf("it stands in line %d already", before))
	}
	r.seen[c.Key] = line
	if !slices.Contains(Kinds, c.Kind) || c.Kind == Appointment || c.Kind == Callback {
		wrong("kind", fmt.Errorf("one of %s, %s, %s, %s", Application, Appeal, Inquiry, QueuePlace))
	}
	if c.State == "" {
		c.State = Registered
	}
	if !slices.Contains(States, c.State) {
		wrong("state", fmt.Errorf("one of %v", States))
	}
	var err error
	c.Subject, c.Body, err = CheckText(row["subject"], row["body"])
	switch {
	case errors.Is(err, ErrBody):
		wrong("body", errors.New(strings.TrimPrefix(err.Error(), "body: ")))
	default:
		wrong("subject", err)
	}
	if row["contact"] != "" {
		c.Contact, err = phone.Parse(row["contact"])
		wrong("contact", err)
	}
	if row["due_on"] != "" {
		c.DueOn, err = time.Parse(time.DateOnly, row["due_on"])
		wrong("due_on", dateError(err, "YYYY-MM-DD"))
	}
	if row["opened_at"] != "" {
		c.OpenedAt, err = time.Parse(time.RFC3339, row["opened_at"])
		wrong("opened_at", dateError(err, "2026-11-28T09:30:00Z"))
		if err == nil && c.OpenedAt.After(r.now) {
			wrong("opened_at", errors.New("it is in the future"))
		}
	}
	return c, ok
}

func dateError(err error, form string) error {
	if err != nil {
		return errors.New("a date like " + form)
	}
	return nil
}

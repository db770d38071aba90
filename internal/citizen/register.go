package citizen

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/phone"
)

// mostProblems is how many mistakes of a file are told at once.
const mostProblems = 50

// LineError is a mistake in a file. Its text holds nothing of what stands there.
type LineError struct {
	Line  int
	Field string
	Err   error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s: %v", e.Line, e.Field, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Registered is a line of a register.
type Registered struct {
	Line int
	Citizen
}

// table reads a CSV file with a header that names its columns.
type table struct {
	reader   *csv.Reader
	columns  []string
	problems []error
}

func openTable(r io.Reader, must []string, may ...string) (*table, error) {
	t := &table{reader: csv.NewReader(r)}
	t.reader.TrimLeadingSpace = true
	header, err := t.reader.Read()
	if err != nil {
		return nil, &LineError{1, "header", errors.New("a line that names the columns is missing")}
	}
	header[0] = strings.TrimPrefix(header[0], "\uFEFF") // as Excel writes it
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		if !slices.Contains(must, header[i]) && !slices.Contains(may, header[i]) || slices.Contains(header[:i], header[i]) {
			return nil, &LineError{1, "header", fmt.Errorf("columns are %s, each once", strings.Join(append(slices.Clone(must), may...), ", "))}
		}
	}
	for _, name := range must {
		if !slices.Contains(header, name) {
			return nil, &LineError{1, "header", fmt.Errorf("column %s is missing", name)}
		}
	}
	t.columns = header
	return t, nil
}

// next gives the next line by its columns; nil at the end.
func (t *table) next() (line int, row map[string]string) {
	for len(t.problems) < mostProblems {
		fields, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			at := new(csv.ParseError)
			errors.As(err, &at)
			t.wrong(at.Line, "columns", fmt.Errorf("%d are wanted, quoted as in CSV", len(t.columns)))
			if !errors.Is(err, csv.ErrFieldCount) {
				return 0, nil // what follows cannot be told apart
			}
			continue
		}
		row = map[string]string{}
		for i, name := range t.columns {
			row[name] = strings.TrimSpace(fields[i])
		}
		line, _ = t.reader.FieldPos(0)
		return line, row
	}
	return 0, nil
}

func (t *table) wrong(line int, field string, err error) {
	t.problems = append(t.problems, &LineError{line, field, err})
}

// ReadRegister reads a register of citizens: CSV with the columns national_number, name and numbers (parted by spaces), and if wanted kind
// (iin, bin, snils, inn) and language. Its error joins a [LineError] for each mistake; then there is no register.
func ReadRegister(r io.Reader) ([]Registered, error) {
	t, err := openTable(r, []string{"national_number", "name", "numbers"}, "kind", "language")
	if err != nil {
		return nil, err
	}
	var all []Registered
	citizens, numbers := map[string]int{}, map[string]int{}
	for line, row := t.next(); row != nil; line, row = t.next() {
		one := Registered{Line: line, Citizen: Citizen{Kind: row["kind"], Name: row["name"], Language: dialogue.Language(row["language"])}}
		kind, err := KindOf(one.Kind)
		if err != nil {
			t.wrong(line, "kind", err)
			continue
		}
		if one.NationalNumber, err = ParseNationalNumber(kind, row["national_number"]); err != nil {
			t.wrong(line, "national_number", err)
		} else if before := citizens[kind.Name()+one.NationalNumber]; before != 0 {
			t.wrong(line, "national_number", fmt.Errorf("it stands in line %d already", before))
		}
		citizens[kind.Name()+one.NationalNumber] = line
		if one.Name == "" || len([]rune(one.Name)) > 200 || strings.ContainsRune(one.Name, 0) {
			t.wrong(line, "name", errors.New("it has 1 to 200 letters"))
		}
		if one.Language != "" && !slices.Contains(dialogue.Languages, one.Language) {
			t.wrong(line, "language", errors.New("it is kk, ru or en"))
		}
		for _, written := range strings.Fields(row["numbers"]) {
			number, err := phone.Parse(written)
			if err != nil {
				t.wrong(line, "numbers", err)
				continue
			}
			if before := numbers[number]; before != 0 {
				t.wrong(line, "numbers", fmt.Errorf("one of them stands in line %d already", before))
			}
			numbers[number] = line
			one.Numbers = append(one.Numbers, number)
		}
		all = append(all, one)
	}
	if len(t.problems) > 0 {
		return nil, errors.Join(t.problems...)
	}
	return all, nil
}

// Distrusted is a line of an operator's list of numbers.
type Distrusted struct {
	Line   int
	Number string
	Why    Distrust
}

// ReadDistrust reads an operator's list of numbers that prove nothing any more: CSV with the columns number and reason (sim_swapped or
// recycled). Errors are as of [ReadRegister].
func ReadDistrust(r io.Reader) ([]Distrusted, error) {
	t, err := openTable(r, []string{"number", "reason"})
	if err != nil {
		return nil, err
	}
	var all []Distrusted
	for line, row := t.next(); row != nil; line, row = t.next() {
		one := Distrusted{Line: line, Why: Distrust(row["reason"])}
		if one.Number, err = phone.Parse(row["number"]); err != nil {
			t.wrong(line, "number", err)
		}
		if one.Why != SIMSwapped && one.Why != Recycled {
			t.wrong(line, "reason", errors.New("it is sim_swapped or recycled"))
		}
		all = append(all, one)
	}
	if len(t.problems) > 0 {
		return nil, errors.Join(t.problems...)
	}
	return all, nil
}

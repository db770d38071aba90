// Package tablefile reads tables that people and agencies make with spreadsheets: CSV in UTF-8, with or without a byte-order mark, columns parted
// by commas, semicolons or tabs, a first line that names them. A file is read line by line, however large it is. The package knows no table.
package tablefile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostProblems is how many mistakes of a file are told at once.
const mostProblems = 50

// mostLine is the bytes of a header.
const mostLine = 64 << 10

// ErrNotUTF8 says that a file has another encoding, Windows-1251 for one.
var ErrNotUTF8 = errors.New("the file is not in UTF-8: a spreadsheet saves it so as «CSV UTF-8»")

// LineError is a mistake in a file. Its text holds nothing of what stands there.
type LineError struct {
	Line  int
	Field string
	Err   error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s: %v", e.Line, e.Field, e.Err) }

// Unwrap gives what is wrong.
func (e *LineError) Unwrap() error { return e.Err }

// Table is a file that is being read.
type Table struct {
	reader   *csv.Reader
	columns  []string
	problems []error
	ended    bool
}

// Open reads the header. Each of the columns that must be there is, once, and none but those and the ones that may be. [LineError], also with
// [ErrNotUTF8].
func Open(r io.Reader, must []string, may ...string) (*Table, error) {
	in := bufio.NewReaderSize(r, mostLine)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = in.Discard(3)
	}
	t := &Table{reader: csv.NewReader(in)}
	t.reader.Comma = separator(in)
	t.reader.TrimLeadingSpace = t.reader.Comma != '\t' // a tab is a space
	t.reader.ReuseRecord = true
	header, err := t.reader.Read()
	if err != nil {
		return nil, &LineError{1, "header", errors.New("a line that names the columns is missing")}
	}
	header = slices.Clone(header)
	for i, name := range header {
		if !utf8.ValidString(name) {
			return nil, &LineError{1, "header", ErrNotUTF8}
		}
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

// separator is what parts the columns of the first line.
func separator(in *bufio.Reader) rune {
	ahead, _ := in.Peek(mostLine) // what is there of a short file
	first, _, _ := strings.Cut(string(ahead), "\n")
	best := ','
	for _, r := range ";\t" {
		if strings.Count(first, string(r)) > strings.Count(first, string(best)) {
			best = r
		}
	}
	return best
}

// Next gives the next line by its columns; nil at the end, and once there are so many mistakes that nobody reads more of them.
func (t *Table) Next() (line int, row map[string]string) {
	for !t.ended && len(t.problems) < mostProblems {
		fields, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			t.ended = true
			return 0, nil
		}
		if err != nil {
			at := new(csv.ParseError)
			if !errors.As(err, &at) {
				t.problems, t.ended = append(t.problems, err), true
				return 0, nil
			}
			t.Wrong(at.Line, "columns", fmt.Errorf("%d are wanted, quoted as in CSV", len(t.columns)))
			if !errors.Is(err, csv.ErrFieldCount) {
				t.ended = true // what follows cannot be told apart
				return 0, nil
			}
			continue
		}
		line, _ = t.reader.FieldPos(0)
		row = make(map[string]string, len(t.columns))
		for i, name := range t.columns {
			if !utf8.ValidString(fields[i]) {
				t.problems, t.ended = append(t.problems, &LineError{line, name, ErrNotUTF8}), true
				return 0, nil
			}
			row[name] = strings.TrimSpace(fields[i])
		}
		return line, row
	}
	return 0, nil
}

// Wrong notes a mistake.
func (t *Table) Wrong(line int, field string, err error) {
	t.problems = append(t.problems, &LineError{line, field, err})
}

// Err joins the mistakes that were noted, or that lines have; nil: there is none so far.
func (t *Table) Err() error { return errors.Join(t.problems...) }

// Full says that there are as many mistakes as are told at once.
func Full(problems []error) bool { return len(problems) >= mostProblems }

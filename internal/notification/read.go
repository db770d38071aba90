package notification

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/tablefile"
)

// Format is how the recipients of a list are written.
type Format string

// The formats.
const (
	NDJSON Format = "application/x-ndjson" // a JSON object a line
	CSV    Format = "text/csv"             // columns number, national_kind, national_number, language, and one for each parameter
)

const (
	mostLine   = 16 << 10 // bytes of a line of NDJSON
	mostErrors = 50       // mistakes that are told at once
)

var byteOrderMark = []byte("\uFEFF")

// mistakes gathers what is wrong with the lines of a list.
type mistakes struct {
	lines []string
	more  bool
}

func (m *mistakes) add(line int, field, text string) {
	if len(m.lines) >= mostErrors {
		m.more = true
		return
	}
	if field != "" {
		text = field + ": " + text
	}
	m.lines = append(m.lines, fmt.Sprintf("line %d: %s", line, text))
}

func (m *mistakes) err() error {
	if len(m.lines) == 0 {
		return nil
	}
	text := strings.Join(m.lines, "; ")
	if m.more {
		text += "; and more"
	}
	return wrong("recipients", text)
}

// ReadOrder reads the first line of NDJSON: the list's settings.
func ReadOrder(raw []byte) (o Order, err error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, byteOrderMark)))
	decoder.DisallowUnknownFields()
	if !utf8.Valid(raw) {
		return o, wrong("list", tablefile.ErrNotUTF8.Error())
	}
	if err = decoder.Decode(&o); err == nil {
		_, err = decoder.Token()
	}
	if !errors.Is(err, io.EOF) {
		return o, wrong("list", "the settings of the list are not the JSON that is expected here")
	}
	return o, nil
}

// Read makes messages of all recipients, line by line; first is the number of the first line. Everything that is wrong is said at once.
func (d *Draw) Read(r io.Reader, f Format, first int) (messages []Message, err error) {
	switch f {
	case NDJSON:
		messages, err = d.readLines(r, first)
	case CSV:
		messages, err = d.readTable(r)
	default:
		return nil, wrong("recipients", "application/x-ndjson or text/csv")
	}
	switch {
	case err != nil:
		return nil, err
	case len(messages) == 0:
		return nil, wrong("recipients", "there are none")
	}
	return messages, nil
}

var errMany = wrong("recipients", fmt.Sprintf("%d at most", MostRecipients))

func (d *Draw) readLines(r io.Reader, line int) (messages []Message, err error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 4<<10), mostLine)
	var bad mistakes
	for ; scanner.Scan(); line++ {
		raw := bytes.TrimSpace(scanner.Bytes())
		if line == 1 {
			raw = bytes.TrimPrefix(raw, byteOrderMark)
		}
		if len(raw) == 0 {
			continue
		}
		if !utf8.Valid(raw) {
			return nil, wrong("recipients", tablefile.ErrNotUTF8.Error())
		}
		var one Recipient
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&one); err != nil || decoder.More() {
			bad.add(line, "", "it is not the JSON that is expected here")
			continue
		}
		if messages = d.take(messages, one, line, &bad); len(messages) > MostRecipients {
			return nil, errMany
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		bad.add(line, "", fmt.Sprintf("it is longer than %d bytes", mostLine))
	} else if scanner.Err() != nil {
		return nil, scanner.Err()
	}
	return messages, bad.err()
}

func (d *Draw) readTable(r io.Reader) (messages []Message, err error) {
	table, err := tablefile.Open(r, d.names, "number", "national_kind", "national_number", "language")
	if err != nil {
		return nil, asInvalid(err)
	}
	var bad mistakes
	for {
		line, row := table.Next()
		if row == nil {
			break
		}
		one := Recipient{Number: row["number"], NationalKind: row["national_kind"], NationalNumber: row["national_number"],
			Language: dialogue.Language(row["language"]), Parameters: make(map[string]string, len(d.names))}
		for _, name := range d.names {
			one.Parameters[name] = row[name]
		}
		if messages = d.take(messages, one, line, &bad); len(messages) > MostRecipients {
			return nil, errMany
		}
	}
	if err := table.Err(); err != nil {
		return nil, asInvalid(err)
	}
	return messages, bad.err()
}

// asInvalid tells what is wrong with a table; an error of the reader stays what it is.
func asInvalid(err error) error {
	line := new(tablefile.LineError)
	if !errors.As(err, &line) {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Field: "recipients", Text: strings.ReplaceAll(err.Error(), "\n", "; ")}
}

func (d *Draw) take(messages []Message, one Recipient, line int, bad *mistakes) []Message {
	m, err := d.Make(one)
	if err != nil {
		field, text := fieldOf(err)
		bad.add(line, field, text)
		return messages
	}
	return append(messages, m)
}

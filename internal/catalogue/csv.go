package catalogue

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
)

// mostFile bounds a file: 5,000 services in three languages take about ten megabytes.
const mostFile = 64 << 20

// The errors of reading a file as a whole.
var (
	ErrTooLarge = fmt.Errorf("the file is larger than %d MB", mostFile>>20)
	ErrNotUTF8  = errors.New("the file is not in UTF-8: a spreadsheet saves it so as «CSV UTF-8»")
)

// readText reads a file whole: UTF-8, with or without a byte-order mark.
func readText(r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, mostFile+1))
	if err != nil {
		return "", err
	}
	if len(raw) > mostFile {
		return "", ErrTooLarge
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !utf8.Valid(raw) {
		return "", ErrNotUTF8
	}
	return string(raw), nil
}

// columns are those of a CSV: a row is a service in one language, so each service has three rows that agree but for the texts.
func columns() []string {
	names := []string{"code"}
	for _, f := range serviceFields {
		names = append(names, f.name)
	}
	names = append(names, "language")
	for _, f := range textFields {
		names = append(names, f.name)
	}
	return append(names, "keywords")
}

// WriteCSV writes a catalogue's services in the form that ReadCSV reads. Agencies go by YAML alone.
func WriteCSV(w io.Writer, services []Service) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns()); err != nil {
		return err
	}
	for _, s := range services {
		for _, l := range dialogue.Languages {
			row := []string{s.Code}
			for _, f := range serviceFields {
				row = append(row, f.of(s))
			}
			row = append(row, string(l))
			text := s.Texts[l]
			for _, f := range textFields {
				row = append(row, *f.of(&text))
			}
			if err := out.Write(append(row, strings.Join(text.Keywords, keywordsApart))); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// ReadCSV parses services. Columns may stand in any order, parted by commas, semicolons or tabs; a spreadsheet chooses. An unknown or
// missing column is an error.
func ReadCSV(r io.Reader) (File, error) {
	var f File
	raw, err := readText(r)
	if err != nil {
		return f, err
	}
	in := csv.NewReader(strings.NewReader(raw))
	in.Comma = separator(raw)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return f, errors.New("the file is empty")
	}
	if err != nil {
		return f, err
	}
	if err := checkHeader(header); err != nil {
		return f, err
	}
	var problems []error
	at := map[string]int{} // services by code
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return f, errors.Join(problems...)
		}
		if err != nil {
			return f, errors.Join(append(problems, err)...)
		}
		line, _ := in.FieldPos(0)
		cells := map[string]string{}
		for i, name := range header {
			cells[name] = strings.TrimSpace(row[i])
		}
		problems = append(problems, f.addRow(cells, line, at)...)
	}
}

// separator is the one of the first line.
func separator(raw string) rune {
	first, _, _ := strings.Cut(raw, "\n")
	best := ','
	for _, r := range ";\t" {
		if strings.Count(first, string(r)) > strings.Count(first, string(best)) {
			best = r
		}
	}
	return best
}

func checkHeader(header []string) error {
	known := columns()
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, header[i]) {
			return Problem{Line: 1, Field: name, Text: "no column of a catalogue: " + strings.Join(known, ", ")}
		}
		if slices.Contains(header[:i], header[i]) {
			return Problem{Line: 1, Field: name, Text: "the column stands twice"}
		}
	}
	for _, name := range known {
		optional := name == "sample" || name == "title" || slices.ContainsFunc(textFields, func(f textField) bool { return f.optional && f.name == name })
		if !slices.Contains(header, name) && !optional {
			return Problem{Line: 1, Field: name, Text: "the column is missing"}
		}
	}
	return nil
}

// addRow adds a row to its service.
func (f *File) addRow(cells map[string]string, line int, at map[string]int) (problems []error) {
	code := cells["code"]
	wrong := func(field, text string) {
		problems = append(problems, Problem{Line: line, Code: code, Field: field, Text: text})
	}
	l := dialogue.Language(cells["language"])
	if !slices.Contains(dialogue.Languages, l) {
		wrong("language", "kk, ru or en")
		return problems
	}
	row := FileService{Code: code, Category: cells["category"], Agency: cells["agency"], Owner: cells["owner"], ValidFrom: cells["valid_from"],
		ValidUntil: cells["valid_until"], ReviewBy: cells["review_by"], Texts: map[dialogue.Language]Text{}, lines: map[string]int{"": line}}
	var err error
	if row.Stage, err = strconv.Atoi(cells["stage"]); err != nil {
		wrong("stage", "1 to 5")
	}
	if sample := cells["sample"]; sample != "" {
		if row.Sample, err = strconv.ParseBool(sample); err != nil {
			wrong("sample", "true or false")
		}
	}
	var text Text
	for _, field := range textFields {
		*field.of(&text) = cells[field.name]
	}
	for keyword := range strings.SplitSeq(cells["keywords"], strings.TrimSpace(keywordsApart)) {
		if keyword = strings.TrimSpace(keyword); keyword != "" {
			text.Keywords = append(text.Keywords, keyword)
		}
	}
	i, known := at[code]
	if !known {
		at[code] = len(f.Services)
		row.Texts[l], row.lines[string(l)] = text, line
		f.Services = append(f.Services, row)
		return problems
	}
	first := &f.Services[i]
	if _, twice := first.Texts[l]; twice {
		wrong("language", "the service has this language twice")
	}
	first.Texts[l], first.lines[string(l)] = text, line
	for _, field := range []struct{ name, before, now string }{
		{"category", first.Category, row.Category}, {"agency", first.Agency, row.Agency}, {"stage", strconv.Itoa(first.Stage), strconv.Itoa(row.Stage)},
		{"owner", first.Owner, row.Owner}, {"valid_from", first.ValidFrom, row.ValidFrom}, {"valid_until", first.ValidUntil, row.ValidUntil},
		{"review_by", first.ReviewBy, row.ReviewBy}, {"sample", strconv.FormatBool(first.Sample), strconv.FormatBool(row.Sample)},
	} {
		if field.before != field.now {
			wrong(field.name, fmt.Sprintf("%q, and %q in the service's row at line %d", field.now, field.before, first.lines[""]))
		}
	}
	return problems
}

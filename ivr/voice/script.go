package voice

import (
	_ "embed"
	"encoding/csv"
	"html/template"
	"io"

	"okno/internal/dialogue"
)

// WriteCSV writes the script for a studio: a phrase a line, with the name that its recording gets.
func WriteCSV(w io.Writer, lines []Line) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"file", "language", "text", "of", "key", "whole"}}
	for _, line := range lines {
		rows = append(rows, []string{line.FileName(), string(line.Language), line.Text, line.Of, line.Key, line.Whole})
	}
	return out.WriteAll(rows) // it flushes
}

//go:embed script.html
var scriptSource string

var scriptPage = template.Must(template.New("script").Parse(scriptSource))

// WritePage writes the script as a page to be read from, and printed.
func WritePage(w io.Writer, l dialogue.Language, lines []Line) error {
	return scriptPage.Execute(w, struct {
		Language dialogue.Language
		Lines    []Line
	}{l, lines})
}

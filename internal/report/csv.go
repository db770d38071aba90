package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// WriteCSV writes the lines with a header of names. Times are in seconds, shares are fractions; an empty cell is a figure that nothing can be
// said of. Sums over lines are for the reader: a mean of means is none.
func (t Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	header := make([]string, 0, len(t.Keys)+len(t.Query.Report.Figures))
	for _, key := range t.Keys {
		header = append(header, string(key))
	}
	for _, f := range t.Query.Report.Figures {
		header = append(header, f.Name)
	}
	_ = out.Write(header) // Flush keeps the error
	for _, l := range t.Lines {
		row := make([]string, 0, len(header))
		for _, key := range l.Key {
			row = append(row, plain(key))
		}
		for _, f := range t.Query.Report.Figures {
			row = append(row, f.Cell(l.Counts))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// plain keeps a name from being a formula in a spreadsheet.
func plain(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}

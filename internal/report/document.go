package report

import (
	"fmt"
	"strings"

	"okno/internal/dialogue"
)

// Document prints the definitions of all figures as Markdown, for docs/reports.md.
func Document() string {
	var b strings.Builder
	for _, r := range Reports {
		by := make([]string, len(r.By))
		for i, d := range r.By {
			by[i] = "`" + string(d) + "`"
		}
		fmt.Fprintf(&b, "### `%s`: %s\n\nBroken down by %s.\n\n", r.Name, r.Title[dialogue.English], strings.Join(by, ", "))
		b.WriteString("| figure | unit | definition | computed of the counts |\n| --- | --- | --- | --- |\n")
		for _, f := range r.Figures {
			fmt.Fprintf(&b, "| `%s` %s | %s | %s | `%s` |\n", f.Name, f.Title[dialogue.English], f.Unit, f.Definition[dialogue.English], f.Formula())
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// LedgerTable prints what is counted, and for how long it can be counted again, as Markdown.
func LedgerTable() string {
	var b strings.Builder
	b.WriteString("| source | ledger | can be counted again for | open rows are looked at again for |\n| --- | --- | --- | --- |\n")
	for _, l := range Ledgers {
		kept := "ever"
		if d := l.kept(); d > 0 {
			kept = days(d)
		}
		late := "none is open"
		if l.Late > 0 {
			late = days(l.Late)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", l.Source, l.Table, kept, late)
	}
	return b.String()
}

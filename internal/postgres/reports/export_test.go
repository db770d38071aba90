package reports

import "okno/internal/report"

// Names are what is counted of each source.
func Names() map[report.Source][]string {
	all := map[report.Source][]string{}
	for _, c := range countings {
		for _, n := range c.counts {
			all[c.source] = append(all[c.source], n.name)
		}
	}
	return all
}

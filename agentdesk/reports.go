package agentdesk

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/dialogue"
	"okno/internal/report"
)

// mayReports answers and says false unless the agent may see reports.
func (d *Desk) mayReports(w http.ResponseWriter, r *http.Request) bool {
	_, err := d.allowed(r, access.ViewReports)
	if err != nil {
		d.fail(w, err)
	}
	return err == nil
}

// reports lists the reports with the definitions of their figures, in all languages.
func (d *Desk) reports(w http.ResponseWriter, r *http.Request) {
	if !d.mayReports(w, r) {
		return
	}
	list := make([]object, 0, len(report.Reports))
	for _, known := range report.Reports {
		by := make([]object, 0, len(known.By))
		for _, dimension := range known.By {
			by = append(by, object{"name": dimension, "title": dimension.Title()})
		}
		figures := make([]object, 0, len(known.Figures))
		for _, f := range known.Figures {
			figures = append(figures, object{"name": f.Name, "unit": f.Unit, "title": f.Title, "definition": f.Definition, "formula": f.Formula()})
		}
		list = append(list, object{"name": known.Name, "title": known.Title, "by": by, "figures": figures})
	}
	d.answer(w, object{"reports": list, "zone": d.Zone.String(), "today": d.Clock().In(d.Zone).Format(time.DateOnly)})
}

// tableOf answers the query of a request, or answers the request and says false.
func (d *Desk) tableOf(w http.ResponseWriter, r *http.Request) (report.Table, bool) {
	if !d.mayReports(w, r) {
		return report.Table{}, false
	}
	asked := r.URL.Query()
	only := map[string]string{}
	for name := range asked {
		if limit, ok := strings.CutPrefix(name, "only."); ok {
			only[limit] = asked.Get(name)
		}
	}
	q, err := report.Ask(report.Asked{Report: r.PathValue("report"), From: asked.Get("from"), To: asked.Get("to"), By: asked.Get("by"), Only: only}, d.Zone, d.Clock())
	var t report.Table
	if err == nil {
		t, err = report.Read(r.Context(), d.Store, q)
	}
	if err != nil {
		d.fail(w, err)
	}
	return t, err == nil
}

// report shows the figures of a report. A figure that nothing can be said of is null.
func (d *Desk) report(w http.ResponseWriter, r *http.Request) {
	t, ok := d.tableOf(w, r)
	if !ok {
		return
	}
	lines := make([]object, 0, len(t.Lines))
	for _, l := range t.Lines {
		lines = append(lines, object{"key": l.Key, "values": valuesOf(t, l.Counts)})
	}
	versions := make([]object, 0, len(t.Versions))
	for _, v := range t.Versions {
		versions = append(versions, object{"version": v.Version, "name": v.Name, "day": v.At.In(d.Zone).Format(time.DateOnly)})
	}
	labels, err := d.labelsOf(r.Context(), t)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"report": t.Query.Report.Name, "by": t.Query.By, "from": t.Query.From.Format(time.DateOnly), "to": t.Query.To.Format(time.DateOnly),
		"keys": t.Keys, "lines": lines, "total": valuesOf(t, t.Total), "versions": versions, "through": when(t.Through),
		"labels": labels})
}

// labelsOf names the services of a table as the catalogue has them today, and the agents as they are called.
func (d *Desk) labelsOf(ctx context.Context, t report.Table) (map[string]report.Text, error) {
	labels := map[string]report.Text{}
	switch t.Query.By {
	case report.Service:
	case report.Agent:
		people, err := d.Store.People(ctx)
		for _, p := range people {
			labels[p.Login] = report.Text{dialogue.Kazakh: p.Name, dialogue.Russian: p.Name, dialogue.English: p.Name}
		}
		return labels, err
	default:
		return labels, nil
	}
	for _, l := range t.Lines {
		if s, ok := d.Services.Service(l.Key[0]); ok {
			name := report.Text{}
			for _, language := range dialogue.Languages {
				name[language] = s.Texts[language].Name
			}
			labels[l.Key[0]] = name
		}
	}
	return labels, nil
}

func valuesOf(t report.Table, c report.Counts) []any {
	values := make([]any, len(t.Query.Report.Figures))
	for i, f := range t.Query.Report.Figures {
		if value, ok := f.Value(c); ok {
			values[i] = value
		}
	}
	return values
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9_.]`)

// reportCSV gives the same as a file.
func (d *Desk) reportCSV(w http.ResponseWriter, r *http.Request) {
	t, ok := d.tableOf(w, r)
	if !ok {
		return
	}
	var file bytes.Buffer
	if err := t.WriteCSV(&file); err != nil {
		d.fail(w, err)
		return
	}
	name := fmt.Sprintf("%s-%s-%s-by-%s", t.Query.Report.Name, t.Query.From.Format(time.DateOnly), t.Query.To.Format(time.DateOnly), t.Query.By)
	for _, d := range t.Query.Report.By {
		if value, ok := t.Query.Only[d]; ok {
			name += "-" + string(d) + "-" + notInNames.ReplaceAllString(value, "_")
		}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(file.Bytes())
}

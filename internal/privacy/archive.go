package privacy

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"time"

	"okno/internal/attachment"
)

// page is the archive for people: one file that needs nothing else.
var page = template.Must(template.New("page").Funcs(template.FuncMap{"at": func(t any) string {
	switch t := t.(type) {
	case time.Time:
		return t.UTC().Format("2006-01-02 15:04:05 UTC")
	case *time.Time:
		if t != nil {
			return t.UTC().Format("2006-01-02 15:04:05 UTC")
		}
	}
	return ""
}}).Parse(`<!doctype html><meta charset="utf-8"><title>{{.Citizen.Name}}</title>
<style>body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top}</style>
<h1>{{.Citizen.Name}}</h1><p>{{.Citizen.NationalNumber}} · {{.Citizen.Language}} · {{at .Citizen.Since}}</p><p>{{at .At}}</p>
<h2>Numbers</h2><table>{{range .Numbers}}<tr><td>{{.Number}}<td>{{at .VerifiedAt}}<td>{{at .EndedAt}}<td>{{.Language}}<td>{{at .NoticesStopped}}{{end}}</table>
<h2>Cases</h2>{{range .Cases}}<h3>{{.Number}} · {{.Kind}} · {{.State}}</h3><p>{{.Subject}} · {{.Contact}} · {{at .OpenedAt}}</p>{{with .Body}}<p style="white-space:pre-wrap">{{.}}</p>{{end}}
<table>{{range .Moves}}<tr><td>{{at .At}}<td>{{.To}}<td>{{.By}}<td>{{.Why}}<td>{{.Told}}{{end}}</table>{{with .Attachments}}<ul>{{range .}}<li><a href="{{.Path}}">{{.Name}}</a> · {{.Type}} · {{.Size}} · {{.By}} · {{at .At}}{{end}}</ul>{{end}}{{end}}
<h2>Conversations</h2>{{range .Interactions}}<h3>{{.Channel}} · {{.Number}} · {{at .StartedAt}} · {{at .EndedAt}} · {{.Outcome}}</h3>
<table>{{range .Lines}}<tr><td>{{at .At}}<td>{{.Speaker}}<td>{{.Kind}}<td>{{.Text}}{{end}}</table>{{with .Recordings}}<ul>{{range .}}<li><a href="{{.Path}}">{{.Name}}</a> · {{.Size}} · {{at .At}}{{end}}</ul>{{end}}
{{range .Transcripts}}<h4>{{.Recording}}.wav</h4><table>{{range .Lines}}<tr><td>{{.Begin}} ms<td>{{.Speaker}}<td>{{.Text}}{{with .Recognised}}<td>{{.}}{{end}}{{end}}</table>{{end}}{{end}}
<h2>Messages</h2><table>{{range .Messages}}<tr><td>{{at .At}}<td>{{.Way}}<td>{{.Interaction}}<td>{{.State}}{{end}}</table>
<h2>Notices</h2><table>{{range .Notices}}<tr><td>{{at .At}}<td>{{.Client}}<td>{{.State}}<td>{{.Failure}}<td>{{.Text}}{{end}}</table>
<h2>One-time passwords</h2><table>{{range .Passwords}}<tr><td>{{at .At}}<td>{{.Client}}<td>{{.Purpose}}<td>{{.State}}{{end}}</table>
<h2>Who looked</h2><table>{{range .Journal}}<tr><td>{{at .At}}<td>{{.Actor}}<td>{{.Action}}<td>{{.Subject}}{{end}}</table>
`))

// Contents gives the content of an attachment. attachment.ErrMissing, attachment.ErrBroken.
type Contents func(Attachment) (io.ReadCloser, error)

// WriteArchive writes a dossier as a ZIP archive: dossier.json for machines, dossier.html for people, the files of the cases and the
// recordings of talks. It gives the
// paths of files that are missing or were altered: a note stands in their place.
func WriteArchive(w io.Writer, d Dossier, contents Contents) (missing []string, err error) {
	archive := zip.NewWriter(w)
	f, err := archive.Create("dossier.json")
	if err == nil {
		encoder := json.NewEncoder(f)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(d)
	}
	if err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	if f, err = archive.Create("dossier.html"); err == nil {
		err = page.Execute(f, d)
	}
	var files []Attachment
	for _, c := range d.Cases {
		files = append(files, c.Attachments...)
	}
	for _, i := range d.Interactions {
		files = append(files, i.Recordings...)
	}
	for _, a := range files {
		if err != nil {
			break
		}
		var gone bool
		if gone, err = writeAttachment(archive, a, contents); gone {
			missing = append(missing, a.Path)
		}
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	return missing, nil
}

func writeAttachment(archive *zip.Writer, a Attachment, contents Contents) (gone bool, err error) {
	content, err := contents(a)
	if errors.Is(err, attachment.ErrMissing) || errors.Is(err, attachment.ErrBroken) {
		f, err := archive.Create(a.Path + ".missing.txt")
		if err == nil {
			_, err = io.WriteString(f, "the file is not where it was kept\n")
		}
		return true, err
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	f, err := archive.Create(a.Path)
	if err == nil {
		_, err = io.Copy(f, content)
	}
	return false, err
}

package agentdesk

import (
	"context"
	"net/http"

	"okno/internal/access"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/floor"
	"okno/internal/publication"
)

// Dialogues gives the dialogue that new sessions begin with on this node, and the one that counts while nothing is published.
type Dialogues interface {
	Current() *dialogue.Definition
	Own() *dialogue.Definition
}

type dialogueStore interface {
	DialogueFiles(ctx context.Context, version string) (map[string]string, error)
	// PublishedDialogue gives the version that was published last; "": none is.
	PublishedDialogue(ctx context.Context) (string, error)
	// Publications lists what was published, the newest first.
	Publications(ctx context.Context, most int) ([]publication.Publication, error)
}

const (
	mostPublications = 50                             // that are listed
	mostFiles        = 2*publication.MostBytes + 4096 // of a request: every sign may be escaped
)

// publications shows an administrator what is published, what was published before, and which version this node speaks by. The node may still
// be rendering the clips of the newest one.
func (d *Desk) publications(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditDialogues)
	if err != nil {
		d.fail(w, err)
		return
	}
	all, err := d.Store.Publications(r.Context(), mostPublications)
	if err != nil {
		d.fail(w, err)
		return
	}
	names, err := d.names(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	published, list := "", make([]object, 0, len(all))
	for i, p := range all {
		if i == 0 {
			published = p.Version
		}
		list = append(list, object{"version": p.Version, "was": p.Was, "by": p.By, "name": names[p.By], "why": p.Why, "at": p.At})
	}
	d.answer(w, object{"published": published, "current": d.Dialogues.Current().Version, "own": d.Dialogues.Own().Version, "publications": list})
}

// dialogueFiles gives the files of a version.
func (d *Desk) dialogueFiles(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditDialogues)
	var files map[string]string
	if err == nil {
		files, err = d.Store.DialogueFiles(r.Context(), r.PathValue("version"))
	}
	d.answerWith(w, object{"files": files}, err)
}

// checkDialogue gives what would go wrong in a dialogue, and how it is drawn; it is drawn only if it is well-formed.
func (d *Desk) checkDialogue(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Files map[string]string `json:"files"`
	}
	_, err := d.allowed(r, access.EditDialogues)
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostFiles, false, &body))
	}
	if err == nil {
		err = publication.CheckFiles(body.Files)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	definition, found := dialogue.Examine(body.Files, d.Vocabulary)
	answer := object{"version": dialogue.Version(body.Files), "findings": findingsJSON(found)}
	if definition != nil {
		answer["graph"] = drawn(definition.Graph())
		answer["lines"] = definition.TextLines()
	}
	d.answer(w, answer)
}

// findingsJSON is how the page gets findings, of a check and of a refusal alike.
func findingsJSON(found []dialogue.Finding) []object {
	findings := make([]object, 0, len(found))
	for _, f := range found {
		findings = append(findings, object{"file": f.File, "line": f.Line, "code": f.Code, "values": f.Values, "problem": f.Problem, "advice": f.Advice})
	}
	return findings
}

func drawn(g dialogue.Graph) object {
	nodes, ways := make([]object, 0, len(g.Nodes)), make([]object, 0, len(g.Ways))
	for _, n := range g.Nodes {
		nodes = append(nodes, object{"name": n.Name, "kind": n.Kind, "line": n.Line, "does": n.Does, "starts": orNone(n.Starts), "texts": orNone(n.Texts)})
	}
	for _, way := range g.Ways {
		ways = append(ways, object{"from": way.From, "to": way.To, "by": way.By})
	}
	return object{"nodes": nodes, "ways": ways}
}

// orNone has an empty list go as one, and not as null.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// toPublish is what an administrator wants published, in the place of what was seen.
type toPublish struct {
	Files   map[string]string `json:"files"`   // of publish
	Version string            `json:"version"` // of rollback; "": the folders count again
	Was     string            `json:"was"`
	Why     string            `json:"why"`
}

// publishDialogue has new sessions begin with other files, on all nodes.
func (d *Desk) publishDialogue(w http.ResponseWriter, r *http.Request) {
	d.publish(w, r, func(work Work, body toPublish, p publication.Publication) (publication.Publication, error) {
		return publication.Publisher{Vocabulary: d.Vocabulary}.Publish(r.Context(), work, body.Files, p)
	})
}

// rollBackDialogue publishes an earlier version again, or has the folders count again.
func (d *Desk) rollBackDialogue(w http.ResponseWriter, r *http.Request) {
	d.publish(w, r, func(work Work, body toPublish, p publication.Publication) (publication.Publication, error) {
		p.Version = body.Version
		return publication.Publisher{Vocabulary: d.Vocabulary}.Republish(r.Context(), work, p)
	})
}

func (d *Desk) publish(w http.ResponseWriter, r *http.Request, fn func(Work, toPublish, publication.Publication) (publication.Publication, error)) {
	var body toPublish
	by, err := d.allowed(r, access.EditDialogues)
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostFiles, false, &body))
	}
	var p publication.Publication
	if err == nil {
		err = d.Units(r.Context(), func(work Work) (err error) {
			p, err = fn(work, body, publication.Publication{Was: body.Was, By: floor.By(by.ID), Why: body.Why})
			return err
		})
	}
	d.answerWith(w, object{"version": p.Version}, err)
}

package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/canned"
	"okno/internal/dialogue"
	"okno/internal/floor"
)

type cannedStore interface {
	// CannedReplies lists them by code.
	CannedReplies(ctx context.Context) ([]canned.Reply, error)
}

type cannedWork interface {
	// SaveCanned adds a reply of version 0, or changes the version that was seen. The error names the field.
	SaveCanned(ctx context.Context, r canned.Reply, by string) error
	RemoveCanned(ctx context.Context, code string, version int64, by string) error
}

// cannedReplies lists what agents answer again and again.
func (d *Desk) cannedReplies(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.UseCanned)
	var all []canned.Reply
	if err == nil {
		all, err = d.Store.CannedReplies(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, c := range all {
		found = append(found, object{"code": c.Code, "texts": c.Texts, "version": c.Version})
	}
	d.answer(w, object{"replies": found, "places": canned.Places})
}

// cannedSave adds a canned reply, or changes one.
func (d *Desk) cannedSave(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Code    string                       `json:"code"`
		Texts   map[dialogue.Language]string `json:"texts"`
		Version int64                        `json:"version"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.EditCanned, access.Untied); err != nil {
		return nil, err
	}
	return nil, w.SaveCanned(ctx, canned.Reply{Code: args.Code, Texts: args.Texts, Version: args.Version}, floor.By(agent.ID))
}

// cannedRemove removes one.
func (d *Desk) cannedRemove(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Code    string `json:"code"`
		Version int64  `json:"version"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.EditCanned, access.Untied); err != nil {
		return nil, err
	}
	return nil, w.RemoveCanned(ctx, args.Code, args.Version, floor.By(agent.ID))
}

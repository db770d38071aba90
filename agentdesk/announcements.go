package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/announcement"
	"okno/internal/dialogue"
	"okno/internal/floor"
)

// announcements are what every caller hears first.
type announcements interface {
	// Announcements gives those that are on, the newest first.
	Announcements(ctx context.Context) ([]announcement.Announcement, error)
}

// announced shows a supervisor what callers hear first.
func (d *Desk) announced(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.Announce)
	if err != nil {
		d.fail(w, err)
		return
	}
	on, err := d.Store.Announcements(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(on))
	for _, a := range on {
		found = append(found, object{"id": a.ID, "texts": a.Texts, "prefixes": a.Prefixes, "on_at": a.OnAt})
	}
	d.answer(w, object{"announcements": found})
}

// announce switches an announcement on.
func (d *Desk) announce(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Texts    map[dialogue.Language]string `json:"texts"`
		Prefixes []string                     `json:"prefixes"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.Announce, access.Untied); err != nil {
		return nil, err
	}
	id, err := w.SwitchOn(ctx, announcement.Announcement{Texts: args.Texts, Prefixes: args.Prefixes}, floor.By(agent.ID))
	return object{"id": id}, err
}

// announceEnd switches one off.
func (d *Desk) announceEnd(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		ID int64 `json:"id"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.Announce, access.Untied); err != nil {
		return nil, err
	}
	return nil, w.EndAnnouncement(ctx, args.ID, floor.By(agent.ID))
}

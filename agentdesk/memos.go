package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor"
	"okno/internal/memo"
)

type memoStore interface {
	// Memos gives what an agent has written and was written last, the newest first.
	Memos(ctx context.Context, agent int64, most int) ([]memo.Memo, error)
}

type memoWork interface {
	// AddMemo keeps a memo, which was checked, and tells the colleague. memo.ErrTo.
	AddMemo(ctx context.Context, m memo.Memo) error
	// Mention tells those whom a note names. of is the note, by whom it is and of which contact or case.
	Mention(ctx context.Context, of memo.Memo) error
	// ReadMemos notes that an agent has read what a colleague has written, up to a memo.
	ReadMemos(ctx context.Context, agent, from, upTo int64) error
}

// mostMemos is how many memos a page shows.
const mostMemos = 200

// memos gives what the agent and colleagues have written to each other, and who there is to write to.
func (d *Desk) memos(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.WriteMemos)
	var all []memo.Memo
	if err == nil {
		all, err = d.Store.Memos(r.Context(), agent.ID, mostMemos)
	}
	var colleagues []object
	if err == nil {
		colleagues, err = d.colleagues(r.Context(), agent.ID)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, m := range all {
		found = append(found, object{"id": m.ID, "from": m.From, "to": m.To, "at": m.At, "text": m.Text, "mention": m.Mention(), "about": m.Number, "read": m.Read})
	}
	d.answer(w, object{"memos": found, "colleagues": colleagues})
}

// colleagues are those who serve citizens, and may log in, but for one.
func (d *Desk) colleagues(ctx context.Context, but int64) ([]object, error) {
	people, err := d.Store.People(ctx)
	found := []object{}
	for _, p := range people {
		if p.ID != but && !p.Locked && p.Role != access.Auditor {
			found = append(found, object{"id": p.ID, "login": p.Login, "name": p.Name, "here": p.Connected && p.Status != acd.Offline})
		}
	}
	return found, err
}

// memoSend writes to a colleague.
func (d *Desk) memoSend(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		To   int64  `json:"to"`
		Text string `json:"text"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.WriteMemos, access.Untied); err != nil {
		return nil, err
	}
	text, err := memo.Tidy(args.Text)
	if err != nil {
		return nil, err
	}
	return nil, w.AddMemo(ctx, memo.Memo{From: agent.ID, To: args.To, Text: text})
}

// memosRead notes that the agent has read what a colleague has written.
func (d *Desk) memosRead(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		From int64 `json:"from"`
		UpTo int64 `json:"up_to"` // the newest memo that was seen
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if args.From <= 0 || args.UpTo <= 0 {
		return nil, errCommand
	}
	return nil, w.ReadMemos(ctx, agent.ID, args.From, args.UpTo)
}

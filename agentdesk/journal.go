package agentdesk

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/audit"
	"okno/internal/fault"
)

// mostEntries is how many entries of the journal one answer has.
const mostEntries = 200

// journal gives an auditor what was done to a citizen's data, the newest first: 200 entries, with the id to go on before.
func (d *Desk) journal(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ReadJournal)
	if err != nil {
		d.fail(w, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		d.fail(w, errBody)
		return
	}
	before, err := entryBefore(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	entries, err := d.Store.Journal(r.Context(), id, before, mostEntries)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"entries": entriesJSON(entries)})
}

// entryBefore is the entry that a page of the journal comes before.
func entryBefore(r *http.Request) (int64, error) {
	before, err := strconv.ParseInt(cmp.Or(r.URL.Query().Get("before"), strconv.FormatInt(1<<62, 10)), 10, 64)
	if err != nil {
		return 0, errBody
	}
	return before, nil
}

func entriesJSON(entries []audit.Entry) []object {
	found := make([]object, 0, len(entries))
	for _, e := range entries {
		found = append(found, object{"id": e.ID, "at": e.At, "actor": e.Actor, "action": e.Action, "subject": e.Subject, "detail": json.RawMessage(e.Detail)})
	}
	return found
}

// wholeJournal shows an auditor what was done by whom, with the names of the agents. The days are the centre's.
func (d *Desk) wholeJournal(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ReadJournal)
	asked := r.URL.Query()
	of := audit.Search{Actor: asked.Get("actor"), Subject: asked.Get("subject"), Action: asked.Get("action")}
	if err == nil {
		of.Before, err = entryBefore(r)
	}
	day := func(field string, otherwise time.Time) time.Time {
		given := asked.Get(field)
		if given == "" || err != nil {
			return otherwise
		}
		at, wrong := time.ParseInLocation(time.DateOnly, given, d.Zone)
		if wrong != nil {
			err = &fault.Error{Kind: fault.Invalid, Field: field, Text: "a day is like 2026-11-28"}
		}
		return at
	}
	now := d.Clock().In(d.Zone)
	of.From, of.To = day("from", time.Unix(0, 0)), day("to", now).AddDate(0, 0, 1)
	if err != nil {
		d.fail(w, err)
		return
	}
	entries, err := d.Store.WholeJournal(r.Context(), of, mostEntries)
	if err != nil {
		d.fail(w, err)
		return
	}
	names, err := d.names(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"entries": entriesJSON(entries), "names": names, "more": len(entries) == mostEntries})
}

package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"okno/internal/api/apiserver"
	"okno/internal/cases"
	"okno/internal/client"
	"okno/internal/fault"
)

// mostCases are those of a page.
const mostCases = 200

var (
	errSince error = &fault.Error{Kind: fault.Invalid, Field: "updated_since", Text: "a moment like 2026-05-24T00:00:00Z"}
	errBoth  error = &fault.Error{Kind: fault.Invalid, Field: "cursor", Text: "a cursor goes on by itself: leave updated_since out"}
)

// cursorOf names the place behind what changed last at a moment. It means nothing to clients.
func cursorOf(changed time.Time, id int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", changed.UnixMicro(), id))
}

func readCursor(s string) (at time.Time, id int64, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	micro, last, _ := strings.Cut(string(raw), ".")
	moment, errAt := strconv.ParseInt(micro, 10, 64)
	id, errID := strconv.ParseInt(last, 10, 64)
	if err != nil || errAt != nil || errID != nil || id < 1 || moment < 0 || moment > time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() {
		return at, 0, errCursor
	}
	return time.UnixMicro(moment).UTC(), id, nil
}

// page is what a client asks for of a list that is in the order of the last change.
type page struct {
	since  time.Time // zero: all
	after  int64     // id of the last before it, which changed at since; 0: there is none
	limit  int
	cursor string // that was asked with
}

func pageOf(since *time.Time, cursor *string, limit *int) (p page, err error) {
	if p.limit, err = limitOf(limit, mostCases); err != nil {
		return p, err
	}
	p.cursor = given(cursor)
	switch {
	case since != nil && p.cursor != "":
		return p, errBoth
	case since != nil:
		p.since, err = momentIn(*since, errSince)
	case p.cursor != "":
		p.since, p.after, err = readCursor(p.cursor)
	}
	return p, err
}

// limitOf is how many a client asks for, up to most, which is the default.
func limitOf(asked *int, most int) (int, error) {
	switch {
	case asked == nil:
		return most, nil
	case *asked < 1 || *asked > most:
		return 0, &fault.Error{Kind: fault.Invalid, Field: "limit", Text: fmt.Sprintf("1 to %d", most)}
	}
	return *asked, nil
}

// given is a parameter, or the zero value of one that is left out.
func given[T any](parameter *T) (said T) {
	if parameter != nil {
		said = *parameter
	}
	return said
}

// writePage writes a page of what was found, of which one more than the limit shows that there are more. A page always has the cursor that goes
// on: whoever keeps it asks later for what has changed since.
func writePage[T any](w http.ResponseWriter, name string, p page, found []T, form func(T) map[string]any, cursor func(T) string) error {
	answer := map[string]any{"more": len(found) > p.limit}
	found = found[:min(p.limit, len(found))]
	list := make([]any, len(found))
	for i, one := range found {
		list[i] = form(one)
	}
	answer[name] = list
	if len(found) > 0 {
		p.cursor = cursor(found[len(found)-1])
	}
	if p.cursor != "" {
		answer["next"] = p.cursor
	}
	return write(w, http.StatusOK, answer)
}

// listCases pages through the cases that a client opened, by their last change: one that changes meanwhile comes again, further behind.
func (a *API) listCases(w http.ResponseWriter, r *http.Request, from client.Client, asked apiserver.ListCasesParams) error {
	p, err := pageOf(asked.UpdatedSince, asked.Cursor, asked.Limit)
	if err != nil {
		return err
	}
	found, stand, err := a.pages.CasesOfClient(r.Context(), cases.ClientPage{Client: from.Name, UpdatedSince: p.since, AfterID: p.after, Limit: p.limit + 1})
	if err != nil {
		return err
	}
	standing := map[int64]cases.Case{}
	for i, c := range found {
		standing[c.ID] = stand[i]
	}
	return writePage(w, "cases", p, found, func(c cases.Case) map[string]any { return caseJSON(c, standing[c.ID]) },
		func(c cases.Case) string { return cursorOf(c.UpdatedAt, c.ID) })
}

// writeTagged answers with an ETag of the body, or 304 to whoever has it.
func writeTagged(w http.ResponseWriter, r *http.Request, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if unchanged(w, r, tag) {
		return nil
	}
	return write(w, http.StatusOK, json.RawMessage(raw))
}

// unchanged sets the ETag, and answers 304 to whoever has what it names.
func unchanged(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", tag)
	for known := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(known), "W/") == tag {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

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

	"okno/internal/cases"
	"okno/internal/client"
	"okno/internal/fault"
)

// mostCases are those of a page.
const mostCases = 200

var (
	errCases error = &fault.Error{Kind: fault.Invalid, Field: "limit", Text: "1 to 200"}
	errSince error = &fault.Error{Kind: fault.Invalid, Field: "updated_since", Text: "a moment like 2026-05-24T00:00:00Z"}
	errBoth  error = &fault.Error{Kind: fault.Invalid, Field: "cursor", Text: "a cursor goes on by itself: leave updated_since out"}
)

// cursorOf names the place behind a case. It means nothing to clients.
func cursorOf(c cases.Case) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", c.UpdatedAt.UnixMicro(), c.ID))
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

// listCases pages through the cases that a client opened, by their last change: one that changes meanwhile comes again, further behind. A page
// always has the cursor that goes on: whoever keeps it asks later for what has changed since.
func (a *API) listCases(w http.ResponseWriter, r *http.Request, from client.Client) error {
	asked := r.URL.Query()
	page := cases.ClientPage{Client: from.Name, Limit: mostCases}
	var err error
	if said := asked.Get("limit"); said != "" {
		if page.Limit, err = strconv.Atoi(said); err != nil || page.Limit < 1 || page.Limit > mostCases {
			return errCases
		}
	}
	since, cursor := asked.Get("updated_since"), asked.Get("cursor")
	switch {
	case since != "" && cursor != "":
		return errBoth
	case since != "":
		if page.UpdatedSince, err = time.Parse(time.RFC3339, since); err != nil || page.UpdatedSince.Year() < 1 || page.UpdatedSince.Year() > 9999 {
			return errSince
		}
	case cursor != "":
		if page.UpdatedSince, page.AfterID, err = readCursor(cursor); err != nil {
			return err
		}
	}
	limit := page.Limit
	page.Limit++
	found, stand, err := a.pages.CasesOfClient(r.Context(), page)
	if err != nil {
		return err
	}
	answer := map[string]any{"more": len(found) > limit}
	found = found[:min(limit, len(found))]
	list := make([]any, len(found))
	for i, c := range found {
		list[i] = caseJSON(c, stand[i])
	}
	answer["cases"] = list
	if len(found) > 0 {
		cursor = cursorOf(found[len(found)-1])
	}
	if cursor != "" {
		answer["next"] = cursor
	}
	return write(w, http.StatusOK, answer)
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

package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"okno/internal/phone"
)

// problem is an error as RFC 9457 has it. Code is for machines and stays the same; Detail is for people.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// catalogue of what clients can be told. Anything else is an internal error, whose cause is logged and not sent.
var problems = []struct {
	err    error
	status int
	code   string
}{
	{errBody, http.StatusBadRequest, "bad_request"},
	{errKey, http.StatusUnauthorized, "bad_key"},
	{errPurpose, http.StatusUnprocessableEntity, "bad_purpose"},
	{errOrigin, http.StatusUnprocessableEntity, "bad_origin"},
	{errService, http.StatusNotFound, "unknown_service"},
	{phone.ErrInvalid, http.StatusUnprocessableEntity, "bad_number"},
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError, Code: "internal"}
	for _, known := range problems {
		if errors.Is(err, known.err) {
			p.Status, p.Code, p.Detail = known.status, known.code, known.err.Error()
			break
		}
	}
	p.Title = http.StatusText(p.Status)
	if p.Status == http.StatusInternalServerError {
		a.log.Error().Err(err).Str("method", r.Method).Str("route", r.Pattern).Msg("request")
	}
	if p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "600")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

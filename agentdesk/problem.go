package agentdesk

import (
	"encoding/json"
	"errors"
	"net/http"

	"okno/internal/access"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/fault"
	"okno/internal/message"
)

// problems are what a desk can be told: a code for the page, which says it in the operator's language, and the error's
// text for engineers. Anything else is "internal": logged, not sent.
var problems = []struct {
	err    error
	code   string
	status int
}{
	{errLogin, "wrong_login", http.StatusUnauthorized},
	{errLoggedIn, "log_in", http.StatusUnauthorized},
	{errBody, "bad_request", http.StatusBadRequest},
	{errCommand, "bad_command", http.StatusBadRequest},
	{errEmpty, "empty", http.StatusBadRequest},
	{call.ErrNoVoice, "no_voice", http.StatusServiceUnavailable},
	{access.ErrReason, "reason", http.StatusForbidden},
	{citizen.ErrUnknown, "unknown_citizen", http.StatusNotFound},
	{access.ErrOtherHands, "not_yours", http.StatusForbidden},
	{message.ErrNoLink, "no_link", http.StatusNotFound},
	{contact.ErrGone, "offer_gone", http.StatusConflict},
	{contact.ErrUnknown, "unknown_contact", http.StatusNotFound},
	{contact.ErrState, "wrong_state", http.StatusConflict},
	{contact.ErrDisposition, "no_disposition", http.StatusBadRequest},
	{cases.ErrUnknown, "unknown_case", http.StatusNotFound},
	{cases.ErrMove, "no_such_move", http.StatusConflict},
	{cases.ErrMoved, "case_moved", http.StatusConflict},
}

// kinds are the codes of errors that say no more of themselves than their kind.
var kinds = map[fault.Kind]struct {
	code   string
	status int
}{
	fault.Invalid:     {"bad_command", http.StatusUnprocessableEntity},
	fault.NotFound:    {"not_found", http.StatusNotFound},
	fault.Conflict:    {"conflict", http.StatusConflict},
	fault.Forbidden:   {"forbidden", http.StatusForbidden},
	fault.Unavailable: {"unavailable", http.StatusServiceUnavailable},
}

func codeOf(err error) (code, text string, status int) {
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.code, p.err.Error(), p.status
		}
	}
	var known *fault.Error
	if errors.As(err, &known) {
		if kind, ok := kinds[known.Kind]; ok {
			return kind.code, known.Text, kind.status
		}
	}
	return "internal", "something went wrong; it has been logged", http.StatusInternalServerError
}

func (d *Desk) fail(w http.ResponseWriter, err error) {
	code, text, status := codeOf(err)
	if code == "internal" {
		d.Log.Error().Err(err).Msg("desk request")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": text})
}

func (d *Desk) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body)
}

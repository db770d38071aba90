package api

import (
	"errors"
	"net/http"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/notification"
	"okno/internal/phone"
	"okno/internal/webhook"
)

// problem is what a client is told.
type problem = edge.Problem

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
	{cases.ErrUnknown, http.StatusNotFound, "unknown_case"},
	{cases.ErrMoved, http.StatusConflict, "moved"},
	{appointment.ErrTaken, http.StatusUnprocessableEntity, "taken"},
	{appointment.ErrFree, http.StatusUnprocessableEntity, "free"},
	{appointment.ErrTooMany, http.StatusUnprocessableEntity, "too_many"},
	{appointment.ErrSettled, http.StatusUnprocessableEntity, "ended"},
	{notification.ErrUnknown, http.StatusNotFound, "unknown_notification"},
	{webhook.ErrUnknown, http.StatusNotFound, "unknown_delivery"},
	{notification.ErrBudget, http.StatusTooManyRequests, "over_budget"},
	{notification.ErrEnded, http.StatusUnprocessableEntity, "ended"},
	{notification.ErrKeyUsed, http.StatusUnprocessableEntity, "key_used"},
	{casework.ErrKeyUsed, http.StatusUnprocessableEntity, "key_used"},
	{citizen.ErrNationalNumber, http.StatusUnprocessableEntity, "bad_national_number"},
	{citizen.ErrProof, http.StatusUnprocessableEntity, "not_proved"},
	{citizen.ErrCode, http.StatusUnprocessableEntity, "wrong_code"},
	{citizen.ErrObvious, http.StatusUnprocessableEntity, "obvious_pin"},
	{citizen.ErrNotBound, http.StatusNotFound, "not_bound"},
	{phone.ErrInvalid, http.StatusUnprocessableEntity, "bad_number"},
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError, Code: "internal"}
	for _, known := range problems {
		if errors.Is(err, known.err) {
			p.Status, p.Code, p.Detail = known.status, known.code, known.err.Error()
			if said := new(fault.Error); errors.As(known.err, &said) {
				p.Field = said.Field
			}
			break
		}
	}
	if p.Code == "internal" {
		p = ofKind(err)
	}
	if p.Status == http.StatusInternalServerError {
		a.log.Error().Err(err).Str("method", r.Method).Str("route", r.Pattern).Msg("request")
	}
	if p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "600")
	}
	edge.Fail(w, p)
}

// ofKind is for errors that say no more of themselves than their kind.
func ofKind(err error) problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return problem{Status: http.StatusRequestEntityTooLarge}
	}
	var known *fault.Error
	switch errors.As(err, &known); {
	case errors.Is(err, fault.ErrUncertain):
		return problem{Status: http.StatusServiceUnavailable}
	case known == nil:
	case known.Kind == fault.Invalid:
		return problem{Status: http.StatusBadRequest, Code: "invalid", Field: known.Field, Detail: known.Text}
	case known.Kind == fault.Forbidden:
		return problem{Status: http.StatusForbidden, Code: "forbidden", Detail: known.Text}
	case known.Kind == fault.Unavailable:
		return problem{Status: http.StatusServiceUnavailable, Detail: known.Text}
	}
	return problem{Status: http.StatusInternalServerError, Code: "internal"}
}

package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"okno/internal/lockout"
	"okno/internal/otp"
)

var (
	errScope = errors.New("this client may not do this")
	errDays  = errors.New("days are 1 to 730")
)

// refusal is a problem with what helps whoever is refused.
type refusal struct {
	problem
	RetryAt *time.Time    `json:"retry_at,omitempty"`
	Ways    []lockout.Way `json:"ways,omitempty"` // that are left to the citizen
}

// statuses are those of refusals that are not 422.
var statuses = map[string]int{
	"unknown_challenge": http.StatusNotFound,
	"too_many_sends":    http.StatusTooManyRequests,
	"too_soon":          http.StatusTooManyRequests,
	"over_budget":       http.StatusTooManyRequests,
	"held":              http.StatusTooManyRequests,
	"blocked":           http.StatusTooManyRequests,
	"forbidden":         http.StatusForbidden,
	"bad_request":       http.StatusBadRequest,
}

// refuse answers the errors of passwords and of scopes, and says whether an error is one.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) bool {
	code, text := otp.Result(err)
	switch {
	case code != "":
	case errors.Is(err, errScope):
		code, text = "forbidden", errScope.Error()
	case errors.Is(err, errDays):
		code, text = "bad_request", errDays.Error()
	default:
		return false
	}
	refused := new(otp.Refusal)
	errors.As(err, &refused)
	status, known := statuses[code]
	if !known {
		status = http.StatusUnprocessableEntity
	}
	p := refusal{problem: problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: text}, Ways: refused.Ways}
	if !refused.RetryAt.IsZero() {
		at := refused.RetryAt.UTC()
		p.RetryAt = &at
		wait := max(at.Sub(a.clock()).Seconds(), 1)
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait))))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
	return true
}

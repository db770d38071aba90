package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"okno/agentdesk/web"
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/evaluation"
	"okno/internal/fault"
	"okno/internal/guess"
	"okno/internal/login"
	"okno/internal/message"
	"okno/internal/passkey"
	"okno/internal/password"
	"okno/internal/phone"
	"okno/internal/publication"
	"okno/internal/totp"
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
	{errNoService, "no_service", http.StatusBadRequest},
	{errPast, "past", http.StatusBadRequest},
	{errTooLong, "too_long", http.StatusBadRequest},
	{call.ErrNoVoice, "no_voice", http.StatusServiceUnavailable},
	{access.ErrReason, "reason", http.StatusForbidden},
	{errUnverified, "unverified", http.StatusForbidden},
	{citizen.ErrNotBound, "not_bound", http.StatusNotFound},
	{phone.ErrInvalid, "bad_number", http.StatusUnprocessableEntity},
	{citizen.ErrUnknown, "unknown_citizen", http.StatusNotFound},
	{access.ErrOtherHands, "not_yours", http.StatusForbidden},
	{passkey.ErrCloned, "key_cloned", http.StatusUnauthorized},
	{passkey.ErrWrong, "wrong_key", http.StatusUnauthorized},
	{passkey.ErrNone, "no_key", http.StatusConflict},
	{passkey.ErrKnown, "key_known", http.StatusConflict},
	{passkey.ErrLast, "last_factor", http.StatusConflict},
	{totp.ErrWanted, "second_factor", http.StatusUnauthorized},
	{totp.ErrWrong, "wrong_code", http.StatusUnauthorized},
	{totp.ErrEnrolled, "enrolled", http.StatusConflict},
	{totp.ErrNone, "no_factor", http.StatusConflict},
	{access.ErrSecondFactor, "prove", http.StatusForbidden},
	{errEnrol, "enrol", http.StatusForbidden},
	{errOldPassword, "wrong_password", http.StatusForbidden},
	{errInvitation, "no_invitation", http.StatusNotFound},
	{password.ErrTooShort, "password_short", http.StatusBadRequest},
	{password.ErrTooLong, "password_long", http.StatusBadRequest},
	{password.ErrUnkeyable, "password_unkeyable", http.StatusBadRequest},
	{password.ErrObvious, "password_obvious", http.StatusBadRequest},
	{login.ErrRefused, "sso_refused", http.StatusForbidden},
	{login.ErrNoGroup, "sso_no_group", http.StatusForbidden},
	{login.ErrWeak, "sso_weak", http.StatusForbidden},
	{login.ErrLocked, "sso_locked", http.StatusForbidden},
	{login.ErrFederal, "sso_only", http.StatusForbidden},
	{login.ErrUnknown, "no_login", http.StatusNotFound},
	{acd.ErrNoAgent, "no_agent", http.StatusNotFound},
	{message.ErrNoLink, "no_link", http.StatusNotFound},
	{contact.ErrGone, "offer_gone", http.StatusConflict},
	{contact.ErrUnknown, "unknown_contact", http.StatusNotFound},
	{contact.ErrBusyAgent, "agent_busy", http.StatusConflict},
	{contact.ErrInCall, "in_call", http.StatusConflict},
	{contact.ErrCallHours, "call_hours", http.StatusConflict},
	{contact.ErrClosed, "queue_closed", http.StatusConflict},
	{contact.ErrFull, "queue_full", http.StatusConflict},
	{contact.ErrNowhere, "nowhere", http.StatusNotFound},
	{contact.ErrState, "wrong_state", http.StatusConflict},
	{contact.ErrDisposition, "no_disposition", http.StatusBadRequest},
	{cases.ErrUnknown, "unknown_case", http.StatusNotFound},
	{cases.ErrMove, "no_such_move", http.StatusConflict},
	{evaluation.ErrNoForm, "no_form", http.StatusConflict},
	{evaluation.ErrForm, "form_changed", http.StatusConflict},
	{evaluation.ErrSettled, "evaluation_settled", http.StatusConflict},
	{evaluation.ErrReplied, "evaluation_settled", http.StatusConflict},
	{evaluation.ErrErased, "erased", http.StatusConflict},
	{errOther, "no_other_case", http.StatusBadRequest},
	{cases.ErrLinkItself, "same_case", http.StatusBadRequest},
	{cases.ErrLinked, "linked", http.StatusConflict},
	{cases.ErrNotLinked, "not_linked", http.StatusConflict},
	{cases.ErrDuplicate, "duplicate", http.StatusConflict},
	{cases.ErrOtherDuplicate, "other_duplicate", http.StatusConflict},
	{cases.ErrWithdrawn, "other_withdrawn", http.StatusConflict},
	{cases.ErrUndo, "no_undo", http.StatusConflict},
	{cases.ErrMergeOthers, "merge_others", http.StatusForbidden},
	{attachment.ErrTooLarge, "file_too_large", http.StatusRequestEntityTooLarge},
	{attachment.ErrEmpty, "file_empty", http.StatusBadRequest},
	{attachment.ErrHalf, "file_half", http.StatusBadRequest},
	{attachment.ErrName, "file_name", http.StatusBadRequest},
	{attachment.ErrMany, "file_many", http.StatusConflict},
	{attachment.ErrErased, "erased", http.StatusConflict},
	{attachment.ErrNone, "no_attachments", http.StatusServiceUnavailable},
	{attachment.ErrMissing, "file_missing", http.StatusGone},
	{attachment.ErrBroken, "file_broken", http.StatusGone},
	{cases.ErrMoved, "case_moved", http.StatusConflict},
	{cases.ErrBatchDone, "batch_done", http.StatusConflict},
	{catalogue.ErrCodes, "code_length", http.StatusBadRequest},
	{catalogue.ErrThere, "code_taken", http.StatusConflict},
	{publication.ErrFindings, "findings", http.StatusBadRequest},
	{publication.ErrTooLarge, "too_large", http.StatusBadRequest},
	{errBodySize, "too_large", http.StatusBadRequest},
}

// kinds are the codes of errors that say no more of themselves than their kind.
var kinds = map[fault.Kind]struct {
	code   string
	status int
}{
	fault.Invalid:     {"bad_command", http.StatusBadRequest},
	fault.NotFound:    {"not_found", http.StatusNotFound},
	fault.Conflict:    {"conflict", http.StatusConflict},
	fault.Forbidden:   {"forbidden", http.StatusForbidden},
	fault.Unavailable: {"unavailable", http.StatusServiceUnavailable},
}

// numbers are what operators read out to an engineer: a code has one, in all languages. The table is shared with the page.
var numbers = func() (table map[string]int) {
	if err := json.Unmarshal(web.Errors, &table); err != nil {
		panic("agentdesk: errors.json: " + err.Error())
	}
	return table
}()

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
	if errors.Is(err, fault.ErrUncertain) || errors.Is(err, context.DeadlineExceeded) {
		return "unavailable", "not available now; try again", http.StatusServiceUnavailable
	}
	return "internal", "something went wrong; it has been logged", http.StatusInternalServerError
}

func (d *Desk) fail(w http.ResponseWriter, err error) {
	code, text, status := codeOf(err)
	if code == "internal" && !errors.Is(err, context.Canceled) { // whoever asked has gone: a page that looks for something else by now
		d.Log.Error().Err(err).Msg("desk request")
	}
	var known *fault.Error
	if errors.As(err, &known) && known.Kind == fault.Unavailable && known.Err != nil {
		d.Log.Warn().Err(err).Msg("desk request") // who waits for what is away hears only that it is
	}
	var slow *guess.SlowDown
	if errors.As(err, &slow) {
		code, text, status = "too_many", slow.Error(), http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(1+int(time.Until(slow.Until).Seconds())))
	}
	p := edge.Problem{Status: status, Code: code, Number: numbers[code], Field: fieldOf(err), Detail: text}
	var found dialogue.FindingsError
	if errors.As(err, &found) {
		p.Findings = findingsJSON(found)
	}
	edge.Fail(w, p)
}

// fieldOf is the field that an error is about, or "".
func fieldOf(err error) string {
	var known *fault.Error
	errors.As(err, &known)
	if known == nil {
		return ""
	}
	return known.Field
}

func (d *Desk) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body)
}

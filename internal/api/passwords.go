package api

import (
	"net/http"
	"regexp"
	"time"

	"okno/internal/api/apiserver"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/phone"
)

// challenge is what a portal is told of a challenge. Nothing in it depends on whether the number is bound to anybody, or on whether
// an SMS has arrived: that would tell.
type challenge struct {
	ID        string    `json:"id"`
	State     otp.State `json:"state"`
	Purpose   string    `json:"purpose"`
	Channel   string    `json:"channel"` // sms; voice: the citizen is to call
	ExpiresAt time.Time `json:"expires_at"`
	ResendAt  time.Time `json:"resend_at"` // not before
	TriesLeft int       `json:"tries_left"`
}

func (a *API) tell(c otp.Challenge) challenge {
	return challenge{ID: c.PublicID, State: c.State, Purpose: c.Purpose, Channel: string(c.Channel), ExpiresAt: c.ExpiresAt.UTC(),
		ResendAt: c.ResendAt().UTC(), TriesLeft: c.Left(a.clock())}
}

var (
	purposeForm = regexp.MustCompile(`^[A-Za-z0-9.-]{1,32}$`)
	originForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$`)
)

func (a *API) sendChallenge(w http.ResponseWriter, r *http.Request, from client.Client) error {
	var body struct {
		Number   string            `json:"number"`
		Purpose  string            `json:"purpose"`
		Origin   string            `json:"origin"`
		Language dialogue.Language `json:"language"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	number, err := phone.Parse(body.Number)
	if err != nil {
		return err
	}
	if !purposeForm.MatchString(body.Purpose) {
		return errPurpose
	}
	if body.Origin != "" && !originForm.MatchString(body.Origin) {
		return errOrigin
	}
	c, err := a.passwords.Send(r.Context(), otp.Request{Client: from.Name, Number: number, Purpose: body.Purpose, Origin: body.Origin, Language: body.Language})
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, a.tell(c))
}

func (a *API) resendChallenge(w http.ResponseWriter, r *http.Request, from client.Client, id apiserver.ID) error {
	c, err := a.passwords.Resend(r.Context(), from.Name, id.String())
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, a.tell(c))
}

func (a *API) challengeStatus(w http.ResponseWriter, r *http.Request, from client.Client, id apiserver.ID) error {
	c, err := a.passwords.Status(r.Context(), from.Name, id.String())
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, a.tell(c))
}

func (a *API) cancelChallenge(w http.ResponseWriter, r *http.Request, from client.Client, id apiserver.ID) error {
	c, err := a.passwords.Cancel(r.Context(), from.Name, id.String())
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, a.tell(c))
}

func (a *API) verifyChallenge(w http.ResponseWriter, r *http.Request, from client.Client, id apiserver.ID) error {
	var body struct {
		Code string `json:"code"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	proof, err := a.passwords.Verify(r.Context(), from.Name, id.String(), body.Code)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, map[string]any{"state": otp.Verified, "proof": proof.Token, "proof_expires_at": proof.ExpiresAt.UTC()})
}

// keys gives the public keys of proofs (RFC 7517), to anybody.
func (a *API) keys(w http.ResponseWriter, _ *http.Request) {
	_ = write(w, http.StatusOK, a.passwords.Keys())
}

// mostDays is how far a report goes back: to the end of otp_hours.
const mostDays = 730

func (a *API) report(w http.ResponseWriter, r *http.Request, from client.Client, asked apiserver.ChallengeReportParams) error {
	days := 1
	if asked.Days != nil {
		days = *asked.Days
	}
	if days < 1 || days > mostDays {
		return errDays
	}
	lines, err := a.reports.PasswordReport(r.Context(), a.clock().AddDate(0, 0, -days), from.Name)
	if err != nil {
		return err
	}
	type line struct {
		Prefix      string `json:"prefix"`
		Route       string `json:"route"`
		Sent        int    `json:"sent"`
		Delivered   int    `json:"delivered"`
		Undelivered int    `json:"undelivered"`
		Verified    int    `json:"verified"`
	}
	told := make([]line, 0, len(lines))
	for _, l := range lines {
		told = append(told, line{l.Prefix, l.Route, l.Sent, l.Delivered, l.Undelivered, l.Verified})
	}
	return write(w, http.StatusOK, map[string]any{"days": days, "lines": told})
}

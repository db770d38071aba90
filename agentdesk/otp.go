package agentdesk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/otp"
)

type passwordReports interface {
	// PasswordReport gives what came of one-time passwords since a moment, of one client or of all (""). It may lag by a minute.
	PasswordReport(ctx context.Context, since time.Time, client string) ([]otp.ReportLine, error)
	// Holds gives which passwords are held.
	Holds(ctx context.Context, now time.Time) ([]otp.Block, error)
}

type holdWork interface {
	// LiftHolds lets a client's passwords to a prefix go again, and gives how many holds there were.
	LiftHolds(ctx context.Context, client, prefix, by string) (int, error)
}

// mostReportHours is how far back a desk's report goes: a week.
const mostReportHours = 7 * 24

var (
	errHours  error = &fault.Error{Kind: fault.Invalid, Field: "hours", Text: "hours: 1 to 168"}
	errHold   error = &fault.Error{Kind: fault.Invalid, Field: "client", Text: "name the client and the prefix"}
	errNoHold error = &fault.Error{Kind: fault.NotFound, Text: "nothing is held of this client and prefix"}
)

// passwords shows what came of one-time passwords, and what is held. It holds no number: a prefix names an operator.
func (d *Desk) passwords(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewPasswords)
	if err != nil {
		d.fail(w, err)
		return
	}
	hours := 24
	if said := r.URL.Query().Get("hours"); said != "" {
		if hours, err = strconv.Atoi(said); err != nil || hours < 1 || hours > mostReportHours {
			d.fail(w, errHours)
			return
		}
	}
	now := d.Clock()
	lines, err := d.Store.PasswordReport(r.Context(), now.Add(-time.Duration(hours)*time.Hour), "")
	var held []otp.Block
	if err == nil {
		held, err = d.Store.Holds(r.Context(), now)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	report := make([]object, 0, len(lines))
	for _, l := range lines {
		report = append(report, object{"client": l.Client, "prefix": l.Prefix, "route": l.Route, "sent": l.Sent, "delivered": l.Delivered,
			"undelivered": l.Undelivered, "verified": l.Verified})
	}
	holds := make([]object, 0, len(held))
	for _, h := range held {
		hold := object{"client": h.Client, "prefix": h.Prefix, "reason": h.Reason, "since": h.BeganAt, "until": h.Until}
		if h.Recent.Sent > 0 {
			hold["counts"] = object{"verified": h.Recent.Verified, "sent": h.Recent.Sent, "verified_before": h.Past.Verified, "sent_before": h.Past.Sent}
		}
		holds = append(holds, hold)
	}
	d.answer(w, object{"report": report, "holds": holds})
}

// liftHold lets passwords that are held go again.
func (d *Desk) liftHold(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.LiftHolds)
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		Client string `json:"client"`
		Prefix string `json:"prefix"`
	}
	if err := edge.ReadJSON(w, r, 1<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	if body.Client == "" || body.Prefix == "" { // the store takes an empty prefix for all
		d.fail(w, errHold)
		return
	}
	err = d.Units(r.Context(), func(w Work) error {
		lifted, err := w.LiftHolds(r.Context(), body.Client, body.Prefix, floor.By(agent.ID))
		if err == nil && lifted == 0 {
			err = errNoHold
		}
		return err
	})
	d.done(w, err)
}

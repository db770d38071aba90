package api

import (
	"context"
	"net/http"
	"strconv"

	"okno/internal/api/apiserver"
	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/webhook"
)

// Webhooks are what clients were told.
type Webhooks interface {
	// WebhookLog gives a page of what a client was told, oldest first, behind an id; state "": any.
	WebhookLog(ctx context.Context, client string, after int64, state string, most int) ([]webhook.Logged, error)
	// ReplayOfClient has a delivery of a client made again. [webhook.ErrUnknown].
	ReplayOfClient(ctx context.Context, client string, id int64) error
}

var errState error = &fault.Error{Kind: fault.Invalid, Field: "state", Text: "waiting, delivered or dead"}

func (a *API) listDeliveries(w http.ResponseWriter, r *http.Request, from client.Client, asked apiserver.ListDeliveriesParams) error {
	after := int64(0)
	limit, err := limitOf(asked.Limit, mostCases)
	if err != nil {
		return err
	}
	if said := given(asked.Cursor); said != "" {
		if after, err = strconv.ParseInt(said, 10, 64); err != nil || after < 0 {
			return errCursor
		}
	}
	state := string(given(asked.State))
	if state != "" && state != "waiting" && state != "delivered" && state != "dead" {
		return errState
	}
	found, err := a.webhooks.WebhookLog(r.Context(), from.Name, after, state, limit+1)
	if err != nil {
		return err
	}
	answer := map[string]any{}
	if len(found) > limit {
		found = found[:limit]
		answer["next"] = strconv.FormatInt(found[limit-1].ID, 10)
	}
	answer["deliveries"] = append([]webhook.Logged{}, found...)
	return write(w, http.StatusOK, answer)
}

func (a *API) replayDelivery(w http.ResponseWriter, r *http.Request, from client.Client, id int) error {
	return done(w, a.webhooks.ReplayOfClient(r.Context(), from.Name, int64(id)))
}

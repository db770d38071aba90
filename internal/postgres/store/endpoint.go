package store

import (
	"context"

	"okno/internal/exchange"
)

// mostResumed is how many deliveries are enqueued with a change of an endpoint; the sweep finds the rest.
const mostResumed = 1000

// SaveEndpoint is exchange.Steps.SaveEndpoint. What waited for files, or for want of an endpoint, is told to the endpoint that there is now.
func (w *Work) SaveEndpoint(ctx context.Context, e exchange.Endpoint, by string) error {
	if err := w.exchangeSteps.SaveEndpoint(ctx, e, by); err != nil || e.Paused || e.Files {
		return err
	}
	ids, err := w.WaitingDeliveries(ctx, e.Agency, mostResumed)
	if err != nil {
		return err
	}
	return w.EnqueueDeliveries(ctx, ids...)
}

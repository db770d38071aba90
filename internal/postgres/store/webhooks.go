package store

import (
	"context"
	"fmt"
	"time"

	domain "okno/internal/cases"
	"okno/internal/job"
	"okno/internal/webhook"
)

// tellClient tells the client that opened a case of its move, in the same transaction.
func (w *Work) tellClient(ctx context.Context, c domain.Case) error {
	client, err := w.ClientOfCase(ctx, c.ID)
	if err != nil || client == "" {
		return err
	}
	body, err := webhook.Told(c, time.Now())
	if err != nil {
		return err
	}
	return w.tell(ctx, client, fmt.Sprintf("case:%d", c.ID), webhook.CaseMoved, body)
}

func (w *Work) tell(ctx context.Context, client, about, event string, body []byte) error {
	id, err := w.AddWebhookDelivery(ctx, client, about, event, body)
	if err != nil {
		return err
	}
	return w.EnqueueWebhooks(ctx, id)
}

// EnqueueWebhooks has deliveries to clients made, unless a job for them waits already.
func (w *Work) EnqueueWebhooks(ctx context.Context, ids ...int64) error {
	for _, id := range ids {
		if err := w.EnqueueJob(ctx, job.DeliverToClient{Delivery: id}, job.Options{Unique: true}); err != nil {
			return err
		}
	}
	return nil
}

// EndNotificationList is notifications.Steps.EndNotificationList; the list's client is told.
func (w *Work) EndNotificationList(ctx context.Context, list int64, now time.Time) error {
	if err := w.notificationSteps.EndNotificationList(ctx, list, now); err != nil {
		return err
	}
	client, publicID, err := w.ClientOfList(ctx, list)
	if err != nil || client == "" {
		return err
	}
	body, err := webhook.Ended(publicID, now)
	if err != nil {
		return err
	}
	return w.tell(ctx, client, "list:"+publicID, webhook.ListFinished, body)
}

// ReplayWebhook is webhooks.Steps.ReplayWebhook, with the job that tries again.
func (w *Work) ReplayWebhook(ctx context.Context, client string, id int64) error {
	if err := w.webhookSteps.ReplayWebhook(ctx, client, id); err != nil {
		return err
	}
	return w.EnqueueWebhooks(ctx, id)
}

// ReplayOfClient is [Work.ReplayWebhook] as a unit of work of its own.
func (s *Store) ReplayOfClient(ctx context.Context, client string, id int64) error {
	return s.Do(ctx, func(w *Work) error { return w.ReplayWebhook(ctx, client, id) })
}

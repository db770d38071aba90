package store

import (
	"context"
	"slices"
	"time"

	domain "okno/internal/cases"
	"okno/internal/job"
	"okno/internal/notification"
	"okno/internal/webhook"
)

// tellClients tells the clients that opened cases where these stand now, in the transaction that moved them. Only of cases that are followed
// ([domain.Case.Followed]) there is anything to tell.
func (w *Work) tellClients(ctx context.Context, moved ...int64) error {
	if len(moved) == 0 {
		return nil
	}
	messages, err := w.CaseMessages(ctx, moved)
	if err != nil {
		return err
	}
	return w.tell(ctx, messages...)
}

// ApplyMoves is cases.Steps.ApplyMoves; the clients are told where the cases stand after all moves.
func (w *Work) ApplyMoves(ctx context.Context, moves []domain.Applied) error {
	if err := w.caseSteps.ApplyMoves(ctx, moves); err != nil {
		return err
	}
	var followed []int64
	for _, m := range moves {
		if m.Followed && !slices.Contains(followed, m.Case) {
			followed = append(followed, m.Case)
		}
	}
	return w.tellClients(ctx, followed...)
}

// tell tells clients, unless they have no webhook.
func (w *Work) tell(ctx context.Context, messages ...webhook.Message) error {
	if len(messages) == 0 {
		return nil
	}
	ids, err := w.AddWebhookDeliveries(ctx, messages, time.Now())
	if err != nil {
		return err
	}
	return w.EnqueueWebhooks(ctx, ids...)
}

// EnqueueWebhooks has deliveries to clients made, unless a job for them waits already.
func (w *Work) EnqueueWebhooks(ctx context.Context, ids ...int64) error {
	all := make([]job.Args, len(ids))
	for i, id := range ids {
		all[i] = job.DeliverToClient{Delivery: id}
	}
	return w.EnqueueJobs(ctx, all, job.Options{Unique: true})
}

// EndNotificationList is notifications.Steps.EndNotificationList; the list's client is told.
func (w *Work) EndNotificationList(ctx context.Context, list int64, now time.Time) error {
	if err := w.notificationSteps.EndNotificationList(ctx, list, now); err != nil {
		return err
	}
	m, err := w.ListMessage(ctx, list)
	if err != nil {
		return err
	}
	return w.tell(ctx, m)
}

// FollowNotifications is notifications.Steps.FollowNotifications; the clients of those that are over are told.
func (w *Work) FollowNotifications(ctx context.Context, most int, now time.Time, next func(o notification.One, expires time.Time) time.Time) (int, error) {
	n, ended, err := w.notificationSteps.FollowNotifications(ctx, most, now, next)
	if err != nil {
		return 0, err
	}
	messages := make([]webhook.Message, len(ended))
	for i, e := range ended {
		messages[i] = webhook.Message{Client: e.Client, About: "message:" + e.One.PublicID, Event: webhook.MessageEnded,
			Data: webhook.Notice{ID: e.One.PublicID, State: string(e.One.State), Reason: e.One.Reason}}
	}
	return n, w.tell(ctx, messages...)
}

// ReplayWebhook is webhooks.Steps.ReplayWebhook, with the job that tries again.
func (w *Work) ReplayWebhook(ctx context.Context, client string, id int64, by string) error {
	if err := w.webhookSteps.ReplayWebhook(ctx, client, id, by); err != nil {
		return err
	}
	return w.EnqueueWebhooks(ctx, id)
}

// ReplayOfClient is [Work.ReplayWebhook] as a unit of work of its own.
func (s *Store) ReplayOfClient(ctx context.Context, client string, id int64) error {
	return s.Do(ctx, func(w *Work) error { return w.ReplayWebhook(ctx, client, id, "client:"+client) })
}

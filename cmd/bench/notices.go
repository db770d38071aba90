package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"okno/internal/dialogue"
	"okno/internal/notification"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// noticesResult is what was measured of the largest list that a client may send.
type noticesResult struct {
	takenIn time.Duration // from the request to the answer
	queued  float64       // messages a second that became SMS
	lookUp  latency       // of look-ups at 1,000 a second meanwhile
}

// notices has a client send a list of [notification.MostRecipients], each message with a name of its own, while citizens ask for their cases.
func (r *region) notices(ctx context.Context) (one noticesResult, err error) {
	var list bytes.Buffer
	list.WriteString("number,name\n")
	for n := range notification.MostRecipients {
		fmt.Fprintf(&list, "+7705%07d,%s\n", n, word(surnames, n))
	}
	measure := notification.Measure{Segments: text.Segments, Encoding: func(string) string { return "ucs2" },
		Form: func(_ dialogue.Language, text string) string { return text }}
	service := notification.NewService(func(ctx context.Context, fn func(notification.Work) error) error {
		return r.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, r.db, measure, time.Now)
	began := time.Now()
	order := notification.Order{Text: "{name}, завтра с 9 до 18 часов в районе не будет воды.", Language: dialogue.Russian, Start: true}
	l, _, err := service.SendList(ctx, "okno", fmt.Sprint("list-", r.cases), notification.Settings{Destinations: []string{"7705"}}, order, &list, notification.CSV, 1)
	if err != nil {
		return one, err
	}
	one.takenIn = time.Since(began)

	var over atomic.Bool
	asked := make(chan error, 1)
	go func() {
		var err error
		one.lookUp, err = while(ctx, func() bool { return !over.Load() }, 1000, r.lookUp)
		asked <- err
	}()
	began = time.Now()
	for more := true; more && err == nil; {
		err = r.db.Do(ctx, func(w *store.Work) error {
			n, err := w.QueueNotifications(ctx, l.ID, 500, l.ExpiresAt)
			more = n > 0
			return err
		})
	}
	one.queued = float64(l.Recipients) / time.Since(began).Seconds()
	over.Store(true)
	return one, errors.Join(err, <-asked)
}

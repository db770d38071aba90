package main

import (
	"context"
	"time"

	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/notification"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// notices sends notices of clients.
func (n *node) notices() *notification.Service {
	writing := n.config.SMS.Writing()
	return notification.NewService(func(ctx context.Context, fn func(notification.Work) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.db, notification.Measure{Segments: text.Segments, Encoding: encoding,
		Form: func(l dialogue.Language, s string) string { return writing.Form(message.Notice, l, "", s) }}, time.Now)
}

// encoding names how a text is sent.
func encoding(s string) string {
	if coding, _ := text.Encode(s); coding == text.UCS2 {
		return "ucs2"
	}
	return "gsm"
}

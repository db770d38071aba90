package main

import (
	"context"

	"okno/agentdesk"
	"okno/agentdesk/phone"
	"okno/agentdesk/web"
	"okno/internal/dialogue"
	"okno/internal/news"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// startDesk serves operators, and in the demo the citizen's phone.
func (n *node) startDesk() {
	hints, _ := n.news.Hear(news.Streams)
	options := agentdesk.Options{
		Store: n.db, Dialogue: n.engine, Segments: text.Segments, Reasons: n.reasons, Hints: hints, Node: nodeName(n.config),
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
		},
		Page: web.Desk(), Metrics: n.registry, Log: n.log,
	}
	if n.calls != nil { // a nil pointer in an interface would not be nil
		options.Calls = n.calls
	}
	desk := agentdesk.New(options)
	desk.Register(n.mux)
	n.parts.start("desk", desk.Run)
	if n.config.Demo.Phone {
		page := phone.Options{SMSC: n.config.Demo.SMSC, Number: n.config.SMS.ShortNumber, Page: web.Phone(), Log: n.log}
		if n.calls != nil {
			page.Accounts = n.calls
		}
		phone.New(page).Register(n.mux)
	}
}

// reasons gives the texts behind a contact's reason in every language.
func (n *node) reasons(key string) map[string]string {
	found := map[string]string{}
	for _, l := range dialogue.Languages {
		found[string(l)] = n.library.Current().Texts.Line(l, key)
	}
	return found
}

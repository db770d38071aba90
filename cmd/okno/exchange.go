package main

import (
	"context"
	"time"

	"okno/internal/appointment"
	"okno/internal/casework"
	"okno/internal/conversation"
	"okno/internal/exchange"
	"okno/internal/floor"
	"okno/internal/folder"
	"okno/internal/lease"
	"okno/internal/news"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// teller tells citizens what becomes of their cases.
func (n *node) teller() *casework.Teller {
	return casework.NewTeller(conversation.NewNotices(n.library, n.config.SMS.Writing()), text.Segments, time.Now)
}

// filings opens cases for portals.
func (n *node) filings() *casework.Portal {
	return casework.NewPortal(func(ctx context.Context, fn func(casework.PortalWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.services)
}

// bookings books appointments for portals.
func (n *node) bookings() *appointment.Portal {
	return appointment.NewPortal(func(ctx context.Context, fn func(appointment.PortalWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.offices, n.services, conversation.NewNotices(n.library, n.config.SMS.Writing()), n.teller(), time.Now)
}

// inbox takes what agencies report.
func (n *node) inbox() *exchange.Inbox {
	units := func(ctx context.Context, fn func(exchange.Work) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
	return exchange.NewInbox(units, n.teller(), time.Now)
}

// startFiles exchanges files with the agencies that have no service, on one node at a time.
func (n *node) startFiles() {
	files := exchange.NewFiles(n.db, n.inbox(), folder.Open, time.Now, n.log)
	keeper := lease.NewKeeper(n.db, exchange.FilesLease, nodeName(n.config), n.log)
	n.parts.start("agencies' files", func(ctx context.Context) error {
		return keeper.Run(ctx, func(serving context.Context, _ lease.Lease) { _ = files.Run(serving) })
	})
}

// waitingCitizens are the conversations that wait for agencies.
type waitingCitizens struct {
	*floor.Floor
	conversation.Late
}

// startAsker asks agencies while citizens wait.
func (n *node) startAsker() {
	late := conversation.NewLate(func(ctx context.Context, fn func(conversation.LateWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.teller(), conversation.NewNotices(n.library, n.config.SMS.Writing()))
	hints, _ := n.news.Subscribe(news.Questions)
	n.parts.start("questions", exchange.NewAsker(n.db, n.inbox(), waitingCitizens{n.floor, late}, hints, nil, time.Now, n.log).Run)
}

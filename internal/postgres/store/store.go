// Package store joins the aggregates: a Store over all of them, and a Work of all their steps. It has no method of its own
// but what binds them to each other.
package store

import (
	"context"

	"okno/internal/attachment"
	domain "okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/lease"
	"okno/internal/postgres"
	"okno/internal/postgres/appointments"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/calendars"
	"okno/internal/postgres/cases"
	"okno/internal/postgres/catalogue"
	"okno/internal/postgres/contacts"
	"okno/internal/postgres/conversations"
	"okno/internal/postgres/evaluations"
	"okno/internal/postgres/exchange"
	"okno/internal/postgres/guesses"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/inbound"
	"okno/internal/postgres/jobs"
	"okno/internal/postgres/leases"
	"okno/internal/postgres/lockout"
	"okno/internal/postgres/memos"
	"okno/internal/postgres/messages"
	"okno/internal/postgres/notifications"
	"okno/internal/postgres/privacy"
	"okno/internal/postgres/reports"
	"okno/internal/postgres/retention"
	"okno/internal/postgres/search"
	"okno/internal/postgres/smppaccounts"
	"okno/internal/postgres/streams"
	"okno/internal/postgres/transcripts"
	"okno/internal/postgres/webhooks"
	"okno/internal/seal"
)

// An embedded type's name is the field's, so each has its own.
type (
	smppAccountStore  = smppaccounts.Store
	appointmentStore  = appointments.Store
	auditStore        = audit.Store
	calendarStore     = calendars.Store
	caseStore         = cases.Store
	catalogueStore    = catalogue.Store
	contactStore      = contacts.Store
	conversationStore = conversations.Store
	evaluationStore   = evaluations.Store
	exchangeStore     = exchange.Store
	guessStore        = guesses.Store
	identityStore     = identity.Store
	inboundStore      = inbound.Store
	jobStore          = jobs.Store
	leaseStore        = leases.Store
	lockoutStore      = lockout.Store
	memoStore         = memos.Store
	messageStore      = messages.Store
	notificationStore = notifications.Store
	privacyStore      = privacy.Store
	reportStore       = reports.Store
	retentionStore    = retention.Store
	searchStore       = search.Store
	streamStore       = streams.Store
	transcriptStore   = transcripts.Store
	webhookStore      = webhooks.Store

	smppAccountSteps  = smppaccounts.Steps
	appointmentSteps  = appointments.Steps
	calendarSteps     = calendars.Steps
	caseSteps         = cases.Steps
	catalogueSteps    = catalogue.Steps
	contactSteps      = contacts.Steps
	conversationSteps = conversations.Steps
	evaluationSteps   = evaluations.Steps
	exchangeSteps     = exchange.Steps
	identitySteps     = identity.Steps
	jobSteps          = jobs.Steps
	lockoutSteps      = lockout.Steps
	memoSteps         = memos.Steps
	messageSteps      = messages.Steps
	notificationSteps = notifications.Steps
	transcriptSteps   = transcripts.Steps
	webhookSteps      = webhooks.Steps
)

// Store is everything that is kept.
type Store struct {
	*postgres.DB
	*smppAccountStore
	*appointmentStore
	*auditStore
	*calendarStore
	*caseStore
	*catalogueStore
	*contactStore
	*conversationStore
	*evaluationStore
	*exchangeStore
	*guessStore
	*identityStore
	*inboundStore
	*jobStore
	*leaseStore
	*lockoutStore
	*memoStore
	*messageStore
	*notificationStore
	*privacyStore
	*reportStore
	*retentionStore
	*searchStore
	*streamStore
	*transcriptStore
	*webhookStore

	numbering *domain.Numbering
	keys      *seal.Ring
}

// Options are what the store needs beside the database's URL.
type Options struct {
	postgres.Options
	// Numbering makes the numbers of new cases.
	Numbering *domain.Numbering
	// Keys seal personal data.
	Keys *seal.Ring
}

// Open prepares the store. It connects to nothing yet: an address that cannot be parsed is the only error.
func Open(url string, o Options) (*Store, error) {
	db, err := postgres.Open(url, o.Options)
	if err != nil {
		return nil, err
	}
	background, err := jobs.NewStore(db)
	if err != nil {
		db.Close()
		return nil, err
	}
	s := &Store{
		DB: db, smppAccountStore: smppaccounts.NewStore(db, o.Keys), appointmentStore: appointments.NewStore(db, o.Keys),
		auditStore: audit.NewStore(db), calendarStore: calendars.NewStore(db), caseStore: cases.NewStore(db, o.Keys),
		catalogueStore: catalogue.NewStore(db, o.Keys), contactStore: contacts.NewStore(db, o.Keys), conversationStore: conversations.NewStore(db, o.Keys),
		evaluationStore: evaluations.NewStore(db, o.Keys), exchangeStore: exchange.NewStore(db, o.Keys),
		guessStore: guesses.NewStore(db), identityStore: identity.NewStore(db, o.Keys), jobStore: background, leaseStore: leases.NewStore(db),
		lockoutStore: lockout.NewStore(db, o.Keys), memoStore: memos.NewStore(db, o.Keys), messageStore: messages.NewStore(db, o.Keys), notificationStore: notifications.NewStore(db, o.Keys),
		privacyStore: privacy.NewStore(db, o.Keys), reportStore: reports.NewStore(db),
		retentionStore: retention.NewStore(db), searchStore: search.NewStore(db, o.Keys), streamStore: streams.NewStore(db, o.Keys), transcriptStore: transcripts.NewStore(db, o.Keys), webhookStore: webhooks.NewStore(db, o.Keys), numbering: o.Numbering, keys: o.Keys,
	}
	s.inboundStore = inbound.NewStore(db, o.Keys, func(tx *postgres.Tx) conversation.Work { return s.work(tx) })
	return s, nil
}

// Work is one unit of work: a transaction with the steps of all aggregates.
type Work struct {
	Tx *postgres.Tx
	smppAccountSteps
	appointmentSteps
	calendarSteps
	caseSteps
	catalogueSteps
	contactSteps
	conversationSteps
	evaluationSteps
	exchangeSteps
	identitySteps
	jobSteps
	lockoutSteps
	memoSteps
	messageSteps
	notificationSteps
	transcriptSteps
	webhookSteps
}

func (s *Store) work(tx *postgres.Tx) *Work {
	return &Work{Tx: tx, smppAccountSteps: smppaccounts.In(tx, s.keys), appointmentSteps: appointments.In(tx, s.keys),
		calendarSteps: calendars.In(tx), caseSteps: cases.In(tx, s.keys, s.numbering), catalogueSteps: catalogue.In(tx, s.keys),
		contactSteps: contacts.In(tx, s.keys), conversationSteps: conversations.In(tx, s.keys), evaluationSteps: evaluations.In(tx, s.keys), exchangeSteps: exchange.In(tx, s.keys), identitySteps: identity.In(tx, s.keys),
		jobSteps: s.jobStore.In(tx), lockoutSteps: lockout.In(tx, s.keys), memoSteps: memos.In(tx, s.keys), messageSteps: messages.In(tx, s.keys),
		notificationSteps: notifications.In(tx, s.keys), transcriptSteps: transcripts.In(tx, s.keys), webhookSteps: webhooks.In(tx, s.keys)}
}

// Do is [postgres.DB.Do] with all steps.
func (s *Store) Do(ctx context.Context, fn func(*Work) error) error {
	return s.DB.Do(ctx, func(tx *postgres.Tx) error { return fn(s.work(tx)) })
}

// Once is [postgres.DB.Once] with all steps.
func (s *Store) Once(ctx context.Context, fn func(*Work) error) error {
	return s.DB.Once(ctx, func(tx *postgres.Tx) error { return fn(s.work(tx)) })
}

// Owned is [postgres.Tx.Owned].
func (w *Work) Owned(ctx context.Context, l lease.Lease) error { return w.Tx.Owned(ctx, l) }

// TakeTurn is [postgres.Tx.TakeTurn].
func (w *Work) TakeTurn(ctx context.Context, interaction int64) error {
	return w.Tx.TakeTurn(ctx, interaction)
}

// Files are the rows of all tables that name files outside the database.
func (s *Store) Files() []attachment.Rows { return []attachment.Rows{s.caseStore, s.Recorded()} }

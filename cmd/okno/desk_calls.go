package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rs/zerolog"

	"okno/agentdesk"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/postgres/store"
	"okno/ivr"
)

// deskCalls lets desks control calls: it joins the ACD's word with the telephone's.
type deskCalls struct {
	lines []*ivr.Line
	db    *store.Store
	log   zerolog.Logger

	mu      sync.Mutex
	ctx     context.Context // of run
	joining sync.WaitGroup
}

var errStopping = errors.New("this node stops")

// run lets connections begin until ctx ends, and waits for those under way.
func (d *deskCalls) run(ctx context.Context) error {
	if err := d.db.SettleContacts(ctx); err != nil { // what a process before us was in the middle of
		d.log.Warn().Err(err).Msg("contacts not settled")
	}
	d.mu.Lock()
	d.ctx = ctx
	d.mu.Unlock()
	<-ctx.Done()
	d.mu.Lock() // nothing begins after this
	defer d.mu.Unlock()
	d.joining.Wait()
	return nil
}

// Account opens a SIP account for an agent's page.
func (d *deskCalls) Account(ctx context.Context, agent int64) (agentdesk.Account, error) {
	return d.open(ctx, accountName(agent), ivr.OperatorPage, "")
}

// PhoneAccount opens a SIP account for a citizen's phone in a browser, in the demo.
func (d *deskCalls) PhoneAccount(ctx context.Context, name, number string) (agentdesk.Account, error) {
	return d.open(ctx, name, ivr.CitizenPage, number)
}

// open opens the account on the first Asterisk. Several want one each: that comes with Kamailio before them.
func (d *deskCalls) open(ctx context.Context, name string, kind ivr.AccountKind, number string) (agentdesk.Account, error) {
	a, err := d.lines[0].OpenAccount(ctx, name, kind, number)
	return agentdesk.Account{User: a.User, Secret: a.Secret, URL: a.URL}, err
}

// Forget closes an agent's account.
func (d *deskCalls) Forget(ctx context.Context, agent int64) {
	if err := d.lines[0].CloseAccount(ctx, accountName(agent)); err != nil {
		d.log.Warn().Err(err).Int64("agent", agent).Msg("sip account stays")
	}
}

func accountName(agent int64) string { return fmt.Sprintf("agent-%d", agent) }

// Connect begins to ring the agent. The contact tells what comes of it: connected, or back in the queue, and then the
// agent, whose phone did not answer, is on pause.
func (d *deskCalls) Connect(_ context.Context, interaction, agent int64, endpoint string) error {
	if endpoint == "" {
		endpoint = "PJSIP/" + accountName(agent)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx == nil || d.ctx.Err() != nil {
		return errStopping
	}
	ctx := d.ctx
	d.joining.Go(func() { d.join(ctx, interaction, agent, endpoint) })
	return nil
}

func (d *deskCalls) join(ctx context.Context, interaction, agent int64, endpoint string) {
	err := d.onLine(func(l *ivr.Line) error {
		return l.Connect(ctx, ivr.ConnectRequest{Interaction: interaction, Endpoint: endpoint, Ring: acd.RingTime})
	})
	keep := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		err = d.db.Connected(keep, interaction)
	case errors.Is(err, call.ErrOver) || errors.Is(err, ivr.ErrHangup):
		err = nil // the citizen has gone, which ends the contact
	case ctx.Err() != nil:
		err = d.db.Requeue(keep, interaction) // we stop; it is nobody's fault
	default:
		d.log.Info().Err(err).Int64("interaction", interaction).Int64("agent", agent).Msg("agent not reached")
		err = d.db.AgentNotReached(keep, interaction, agent)
	}
	if err != nil && !errors.Is(err, acd.ErrState) && !errors.Is(err, acd.ErrUnknown) {
		d.log.Error().Err(err).Int64("interaction", interaction).Msg("contact not kept")
	}
}

// Hangup ends the agent's part of a call.
func (d *deskCalls) Hangup(ctx context.Context, interaction int64) error {
	err := d.onLine(func(l *ivr.Line) error { return l.Release(ctx, interaction) })
	if errors.Is(err, call.ErrOver) || errors.Is(err, ivr.ErrNotWaiting) {
		return acd.ErrState
	}
	return err
}

// deliver gives a caller who waits a turn that came from elsewhere; one that is no call's is nobody's to say.
func (d *deskCalls) deliver(ctx context.Context, turn conversation.Turn) error {
	err := d.onLine(func(l *ivr.Line) error { return l.Deliver(ctx, turn) })
	if errors.Is(err, call.ErrOver) {
		return nil
	}
	return err
}

// onLine finds the line that has the call.
func (d *deskCalls) onLine(fn func(*ivr.Line) error) error {
	err := call.ErrOver
	for _, line := range d.lines {
		if err = fn(line); !errors.Is(err, call.ErrOver) {
			return err
		}
	}
	return err
}

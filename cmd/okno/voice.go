package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/agentdesk"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/ivr"
	"okno/ivr/voice"
)

// startVoice starts the prompts and a line for each Asterisk.
func (n *node) startVoice() error {
	c := n.config.Voice
	if len(c.Asterisks) == 0 {
		return nil
	}
	ivr.PrepareTransport()
	pack := voice.New(voice.Config{Espeak: c.Espeak, Folder: c.Clips, Recorded: voice.RecordedSets(c.Sounds), Log: n.log})
	p := newPrompts(pack, n.library, n.log)
	n.shelf.Renewed = p.renewed
	n.checks.Add("prompts", p.ready)
	n.parts.start("prompts", p.run)

	talk := &voiceConversation{engine: n.engine, db: n.db}
	active := ivr.ActiveCalls(n.registry, nodeName(n.config))
	var lines []*ivr.Line
	for _, a := range c.Asterisks {
		line := ivr.New(ivr.Config{
			Asterisk: ivr.Asterisk{Name: a.Name, URL: a.ARIURL, Username: a.Username, Password: a.Password, WebSocketURL: a.SIPWS},
			Node:     nodeName(n.config), Conversation: talk, Operators: talk, Store: n.db, Voice: pack, Active: active, Log: n.log,
		})
		n.checks.Add("asterisk "+a.Name, func(context.Context) error { return line.Ready() })
		n.parts.start("asterisk "+a.Name, line.Run)
		lines = append(lines, line)
	}
	n.calls = &deskCalls{lines: lines, db: n.db, log: n.log}
	n.parts.start("desk calls", n.calls.run)
	return nil
}

// voiceConversation is the dialogue as calls need it: each turn one transaction.
type voiceConversation struct {
	engine *conversation.Engine
	db     *postgres.DB
}

// Begin opens an interaction and keeps the call with it.
func (v *voiceConversation) Begin(ctx context.Context, c call.Call) (turn conversation.Turn, err error) {
	err = v.db.Do(ctx, func(w *postgres.Work) error {
		if turn, err = v.engine.Begin(ctx, w, dialogue.Voice, c.Number); err != nil {
			return err
		}
		c.Interaction = turn.Interaction
		return w.AddCall(ctx, c)
	})
	return turn, err
}

// Advance gives what follows from an input.
func (v *voiceConversation) Advance(ctx context.Context, interaction int64, in dialogue.Input) (turn conversation.Turn, err error) {
	err = v.db.Do(ctx, func(w *postgres.Work) error {
		turn, err = v.engine.Advance(ctx, w, interaction, in)
		return err
	})
	return turn, err
}

// OperatorLeft begins the wrap-up and goes on with the dialogue; a citizen whose operator was lost waits for another one.
func (v *voiceConversation) OperatorLeft(ctx context.Context, interaction int64, lost bool) (turn conversation.Turn, err error) {
	if lost {
		if err := v.db.Requeue(ctx, interaction); err != nil && !errors.Is(err, acd.ErrState) && !errors.Is(err, acd.ErrUnknown) {
			return turn, err
		}
		return v.Advance(ctx, interaction, dialogue.Input{Kind: dialogue.Resumed})
	}
	err = v.db.Do(ctx, func(w *postgres.Work) error {
		if err := w.Release(ctx, interaction); err != nil {
			return err
		}
		turn, err = v.engine.Answer(ctx, w, interaction, "served")
		return err
	})
	return turn, err
}

// deskCalls lets desks control calls: it joins the ACD's word with the telephone's.
type deskCalls struct {
	lines []*ivr.Line
	db    *postgres.DB
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
	if err == nil {
		err = d.db.Connected(keep, interaction)
	} else if !errors.Is(err, call.ErrOver) && !errors.Is(err, ivr.ErrHangup) { // else the citizen's going ends the contact
		d.log.Info().Err(err).Int64("interaction", interaction).Int64("agent", agent).Msg("agent not reached")
		err = d.db.AgentNotReached(keep, interaction, agent)
	} else {
		err = nil
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

// prompts keeps all clips rendered ahead of callers.
type prompts struct {
	pack    *voice.Pack
	library *conversation.Library
	log     zerolog.Logger
	renew   chan *catalogue.Index

	mu      sync.Mutex
	problem error
}

func newPrompts(pack *voice.Pack, library *conversation.Library, log zerolog.Logger) *prompts {
	return &prompts{pack: pack, library: library, log: log, renew: make(chan *catalogue.Index, 1), problem: errors.New("prompts are being rendered")}
}

// renewed takes the newest catalogue; an older one that waits is no longer wanted.
func (p *prompts) renewed(_ context.Context, index *catalogue.Index) {
	select {
	case <-p.renew:
	default:
	}
	p.renew <- index
}

func (p *prompts) ready(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problem
}

func (p *prompts) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case index := <-p.renew:
			begun := time.Now()
			err := p.pack.Prepare(ctx, p.phrases(index))
			if err != nil && ctx.Err() == nil {
				p.log.Error().Err(err).Msg("prompts not rendered")
			} else {
				p.log.Debug().Dur("took", time.Since(begun)).Msg("prompts rendered")
			}
			p.mu.Lock()
			p.problem = err
			p.mu.Unlock()
		}
	}
}

// phrases lists everything that a call may have to say.
func (p *prompts) phrases(index *catalogue.Index) []voice.Phrase {
	var all []voice.Phrase
	texts := p.library.Current().Texts
	for _, l := range dialogue.Languages {
		for _, words := range texts.SpokenWords(l) {
			all = append(all, voice.Phrase{Language: l, Text: words})
		}
		for _, words := range index.SpokenTexts(l) {
			all = append(all, voice.Phrase{Language: l, Text: words})
		}
	}
	return all
}

package ivr

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v6"

	"okno/internal/call"
	"okno/internal/conversation"
)

// settle brings calls and channels into agreement after a connect, tries until it can, and looks again now and then: an event
// that got lost costs no more than that.
func (l *Line) settle(ctx, connection context.Context) {
	const pause = time.Second
	if err := l.rest.filter(connection); err != nil && connection.Err() == nil {
		l.log.Warn().Err(err).Msg("all events come")
	}
	again := time.NewTimer(pause)
	defer again.Stop()
	asked := false // for what was asked for while Okno was away
	for {
		wait := sweepEvery
		err := l.sweep(ctx)
		if connection.Err() != nil {
			return
		}
		if err != nil {
			wait = pause
		} else {
			l.setSettled()
			if !asked {
				asked = true
				l.readRequests()
			}
		}
		l.setProblem(wrap("asterisk "+l.config.Asterisk.Name, err))
		again.Reset(wait)
		select {
		case <-again.C:
		case <-l.sweeps:
			again.Reset(pause)
			select {
			case <-again.C:
			case <-connection.Done():
				return
			}
		case <-connection.Done():
			return
		}
	}
}

// sweep adopts the calls that a process before us left, ends what is over, and hangs up what is nobody's. Asterisk is
// asked first: a call that begins meanwhile is then in no list, but has its goroutine.
func (l *Line) sweep(ctx context.Context) error {
	l.doubtAll()
	if err := l.config.Store.ServeAsterisk(ctx, l.itself()); err != nil {
		return err
	}
	started, err := l.rest.startedAt()
	if err != nil {
		return err
	}
	channels, err := l.rest.channels()
	if err != nil {
		return err
	}
	bridges, err := l.rest.bridges()
	if err != nil {
		return err
	}
	rows, err := l.config.Store.LiveCalls(ctx, l.config.Asterisk.Name)
	if err != nil {
		return err
	}
	taken, err := l.config.Store.TakenOrders(ctx, l.lease(), l.config.Asterisk.Name)
	if err != nil {
		return err
	}
	live := map[string]*ari.ChannelData{}
	for _, channel := range channels {
		live[channel.ID] = channel
	}
	known := map[string]bool{} // channels and bridges that belong to a call
	for _, row := range rows {
		known[row.Room] = true
		for _, id := range (&tape{name: row.Recording.Name}).taps() {
			known[id] = true
		}
		for _, leg := range row.Legs {
			known[leg.ID] = true
		}
		ear, _, _ := wantedEar(row)
		known[ear] = true
		switch {
		case l.has(row.Channel()):
		case live[row.Channel()] != nil:
			l.adopt(ctx, row)
		case slices.ContainsFunc(taken, func(o call.Order) bool { return o.ID == row.Channel() }): // the process before us died before it rang
		default:
			if err := l.bury(ctx, row, started); err != nil {
				return err
			}
		}
	}
	l.deliver(ctx, taken)
	for _, channel := range channels {
		if known[channel.ID] || l.has(channel.ID) || l.reads(channel.ID) || l.hasSound(channel.ID) {
			continue
		}
		over, err := l.config.Store.CallHasEnded(ctx, channel.ID)
		if err != nil {
			return err
		}
		if over || isOurs(channel.ID) {
			l.dismiss(channel.ID)
		} else {
			l.arrived(ctx, channel, (*liveCall).greetAgain) // the process before us died as it came, or could not keep it
		}
	}
	for _, bridge := range bridges {
		ours := slices.ContainsFunc([]string{roomPrefix, earPrefix, soundPrefix}, func(prefix string) bool { return strings.HasPrefix(bridge, prefix) })
		if ours && !known[bridge] && !l.hasRoom(bridge) && !l.hasSound(bridge) {
			if err := l.rest.removeBridge(bridge); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Line) has(channel string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.channels[channel] != nil
}

// hasRoom says whether a bridge is of a call that is here: a room that was made since the rows were read.
func (l *Line) hasRoom(bridge string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for interaction := range l.calls {
		if roomOf(interaction) == bridge || earOf(interaction) == bridge {
			return true
		}
	}
	return false
}

// doubtAll has every call look for itself whether it missed something.
func (l *Line) doubtAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	told := map[*liveCall]bool{}
	for _, c := range l.channels {
		if !told[c] {
			told[c] = true
			c.inbox.put(doubt{})
		}
	}
}

// adopt takes over a call that lives in Asterisk.
func (l *Line) adopt(ctx context.Context, row call.Call) {
	l.log.Info().Int64("interaction", row.Interaction).Str("stage", string(row.Stage)).Msg("call adopted")
	l.take(ctx, row, (*liveCall).resume)
}

// bury ends a call whose channel is gone. A channel older than Asterisk itself did not end by the citizen's doing.
func (l *Line) bury(ctx context.Context, row call.Call, started time.Time) error {
	how := call.HungUp
	for _, leg := range row.Legs {
		if leg.Role == call.Citizen && leg.Since.Before(started) {
			how = call.Lost
		}
	}
	for _, leg := range row.Legs {
		if leg.ID != row.Channel() {
			l.dismiss(leg.ID)
		}
	}
	l.log.Info().Int64("interaction", row.Interaction).Str("how", string(how)).Msg("call had ended unseen")
	l.leaveMessage(ctx, row.Interaction)
	return l.hungUp(ctx, row.Interaction, how)
}

// resume goes on with an adopted call: with the talk, with the wait, or with the prompt that was being said. Orders that were taken before come
// to the mailbox by themselves.
func (c *liveCall) resume(ctx context.Context) (conversation.Turn, error) {
	c.log = c.log.With().Int64("interaction", c.call.Interaction).Logger()
	if err := c.line.rest.follow(c.channel); err != nil {
		return conversation.Turn{}, err
	}
	if err := c.player.reset(); err != nil {
		return conversation.Turn{}, err
	}
	if leg, ok := c.call.Leg(call.Citizen); ok && leg.Outbound && c.call.State == call.Ringing {
		return c.reachAgain(ctx)
	}
	if c.call.State == call.Live {
		c.vigil.begin()
	}
	switch c.call.Stage {
	case call.Talking, call.Passed:
		return c.rejoin(ctx)
	}
	if leg, ok := c.call.Leg(call.Agent); ok && leg.State == call.LegUp { // the talk is over, and nobody has said so to the citizen
		turn, over, err := c.left(ctx, leg.ID, false, "")
		if err == nil && !over {
			return c.rejoin(ctx)
		}
		return turn, err
	}
	if asked, err := c.asked(ctx); err != nil {
		return conversation.Turn{}, err
	} else if asked {
		return c.advance(ctx, resumed)
	}
	if c.call.Stage == call.Waiting || c.call.Stage == call.Connecting {
		c.player.music = false // the process before us may have died while it told how the wait stands, when no music plays
		return c.wait(ctx)     // the leg of an order that was under way is found again by the order
	}
	if c.call.State == call.Ringing {
		if err := c.answer(ctx); err != nil {
			return conversation.Turn{}, err
		}
	}
	return c.advance(ctx, resumed)
}

// rejoin goes on with a talk, which looks for itself who is still there.
func (c *liveCall) rejoin(ctx context.Context) (conversation.Turn, error) {
	for _, leg := range c.call.Legs {
		if err := c.line.rest.follow(leg.ID); err != nil && !isGone(err) {
			c.log.Warn().Err(err).Msg("leg not followed")
		}
	}
	for _, id := range c.tape.taps() {
		if err := c.line.rest.follow(id); err != nil && !isGone(err) {
			c.log.Warn().Err(err).Msg("recording not followed")
		}
	}
	return c.talk(ctx, true)
}

// isOurs says whether a channel was made by an order.
func isOurs(id string) bool { return strings.HasPrefix(id, call.LegPrefix) }

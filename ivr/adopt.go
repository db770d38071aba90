package ivr

import (
	"context"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v6"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

var resumed = dialogue.Input{Kind: dialogue.Resumed}

// settle brings calls and channels into agreement after a connect, tries until it can, and looks again now and then: news
// that got lost costs no more than that.
func (l *Line) settle(ctx, connection context.Context) {
	const pause = time.Second
	again := time.NewTimer(pause)
	defer again.Stop()
	restored := false // an Asterisk that restarts breaks the connection, so once for each is enough
	for {
		wait := sweepEvery
		var err error
		if !restored {
			err = l.restoreAccounts()
			restored = err == nil
		}
		if err == nil {
			err = l.sweep(ctx)
		}
		if connection.Err() != nil {
			return
		}
		if err != nil {
			wait = pause
		}
		l.setProblem(wrap("asterisk "+l.config.Asterisk.Name, err))
		again.Reset(wait)
		select {
		case <-again.C:
		case <-connection.Done():
			return
		}
	}
}

// sweep adopts the calls that a process before us left, ends what is over, and hangs up what is nobody's. Asterisk is
// asked first: a call that begins meanwhile is then in no list, but has its session.
func (l *Line) sweep(ctx context.Context) error {
	l.doubtAll()
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
	live := map[string]*ari.ChannelData{}
	for _, channel := range channels {
		live[channel.ID] = channel
	}
	known := map[string]bool{} // channels and bridges that belong to a call
	for _, row := range rows {
		known[row.Channel], known[row.Leg.Channel], known[row.Leg.Bridge] = true, true, true
		switch {
		case l.has(row.Channel):
		case live[row.Channel] != nil:
			l.adopt(ctx, row)
		default:
			if err := l.bury(ctx, row); err != nil {
				return err
			}
		}
	}
	for _, channel := range channels {
		if known[channel.ID] || l.has(channel.ID) {
			continue
		}
		over, err := l.config.Store.CallHasEnded(ctx, channel.ID)
		if err != nil {
			return err
		}
		if over || isOperatorChannel(channel.ID) {
			l.dismiss(channel.ID)
		} else {
			l.arrived(ctx, channel, false) // it came in the moment the process before us died
		}
	}
	for _, bridge := range bridges {
		if strings.HasPrefix(bridge, bridgePrefix) && !known[bridge] {
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

// doubtAll has every call look for itself whether it missed something.
func (l *Line) doubtAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	told := map[*session]bool{}
	for _, s := range l.channels {
		if !told[s] {
			told[s] = true
			s.inbox.put(doubt{})
		}
	}
}

// adopt takes over a call that lives in Asterisk.
func (l *Line) adopt(ctx context.Context, row call.Call) {
	l.log.Info().Int64("interaction", row.Interaction).Str("state", string(row.State)).Msg("call adopted")
	l.take(ctx, row, (*session).resume)
}

// bury ends a call whose channel is gone.
func (l *Line) bury(ctx context.Context, row call.Call) error {
	if err := l.hungUp(ctx, row.Interaction); err != nil {
		return err
	}
	if row.Leg.Channel != "" {
		l.dismiss(row.Leg.Channel)
	}
	row.State, row.Leg = call.Ended, call.Leg{}
	l.log.Info().Int64("interaction", row.Interaction).Msg("call had ended unseen")
	return l.config.Store.SaveCall(ctx, row)
}

// resume goes on with an adopted call: with the talk, in the queue, or with the prompt that was being said.
func (s *session) resume(ctx context.Context) (conversation.Turn, error) {
	s.log = s.log.With().Int64("interaction", s.call.Interaction).Logger()
	if err := s.line.rest.follow(s.channel); err != nil {
		return conversation.Turn{}, err
	}
	if s.call.Leg.Channel != "" {
		return s.rejoin(ctx)
	}
	if s.call.State == call.Ringing {
		if err := s.line.rest.answer(s.channel); err != nil {
			return conversation.Turn{}, err
		}
	}
	for n := range promptNames {
		if err := s.line.rest.stopPlaying(promptID(s.channel, n)); err != nil {
			return conversation.Turn{}, err
		}
	}
	turn, err := s.advance(ctx, resumed)
	if s.call.State == call.Waiting {
		turn.Spoken = nil // the music plays on
	} else {
		s.music = true // it may: to stop what does not play does no harm
	}
	return turn, err
}

// rejoin goes on with a call that has an operator's side: as it is if they talk, in the queue again if not.
func (s *session) rejoin(ctx context.Context) (conversation.Turn, error) {
	if err := s.line.rest.follow(s.call.Leg.Channel); err != nil && !isGone(err) {
		s.log.Warn().Err(err).Msg("operator's side not followed")
	}
	together, err := s.together()
	if err != nil {
		return conversation.Turn{}, err
	}
	if !together {
		return s.operatorLeft(ctx, true)
	}
	s.enter(ctx, call.Connected)
	return s.talk(ctx)
}

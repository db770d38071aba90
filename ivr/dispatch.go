package ivr

import (
	"context"
	"maps"
	"strings"

	"github.com/CyCoreSystems/ari/v6"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/phone"
)

// dispatch gives an event to the call that it is about.
func (l *Line) dispatch(ctx context.Context, event ari.Event) {
	switch event := event.(type) {
	case *ari.StasisStart:
		switch {
		case comesWithRequest(event):
			l.work.Go(func() { l.request(ctx, event.Channel.ID, event.Args) })
		case len(event.Args) > 0 && (event.Args[0] == agentArg || event.Args[0] == earArg):
			l.agentAnswered(event.Channel.ID)
		default:
			l.arrived(ctx, &event.Channel, (*liveCall).greet)
		}
	case *ari.ChannelDtmfReceived:
		l.tell(event.Channel.ID, key(event.Digit))
	case *ari.ChannelTalkingStarted:
		l.tell(event.Channel.ID, talks(true))
	case *ari.ChannelTalkingFinished:
		l.tell(event.Channel.ID, talks(false))
	case *ari.PlaybackFinished:
		l.tell(strings.TrimPrefix(event.Playback.TargetURI, "channel:"), played(event.Playback.ID))
	case *ari.RecordingFailed:
		l.tapEnded(event.Recording)
	case *ari.RecordingFinished:
		l.tapEnded(event.Recording)
	case *ari.ChannelHangupRequest:
		l.ended(event.Channel.ID, event.Cause)
	case *ari.StasisEnd:
		l.ended(event.Channel.ID, normalClearing)
	case *ari.ChannelDestroyed:
		l.ended(event.Channel.ID, event.Cause)
	}
}

// arrived takes the channel of a citizen who calls.
func (l *Line) arrived(ctx context.Context, channel *ari.ChannelData, greet func(*liveCall, context.Context) (conversation.Turn, error)) {
	l.take(ctx, call.Call{
		Asterisk: l.config.Asterisk.Name, Number: l.numberOf(channel), Vouched: l.config.Asterisk.Vouches, State: call.Ringing, Stage: call.InDialogue,
		Legs: []call.Leg{{ID: channel.ID, Role: call.Citizen, State: call.LegRinging}},
	}, greet)
}

// agentAnswered takes a channel that Okno has made: of somebody who was called and has answered, or an ear, a supervisor's or our own. Until calls and channels
// agree, one that no call knows may be of a call that is about to be adopted: the sweep, which lists it, tells.
func (l *Line) agentAnswered(channel string) {
	if l.soundCame(channel) || l.tell(channel, legUp(channel)) {
		return
	}
	if _, settled := l.isSettled(); settled {
		l.work.Go(func() { l.dismiss(channel) }) // too late: nobody waits for it
	}
}

// take begins the goroutine of a call, unless its channel has one.
func (l *Line) take(ctx context.Context, c call.Call, start func(*liveCall, context.Context) (conversation.Turn, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channels[c.Channel()] != nil || ctx.Err() != nil {
		return
	}
	ctx, hangUp := context.WithCancelCause(ctx)
	s := newLiveCall(l, c, hangUp)
	l.channels[c.Channel()] = s
	if c.Interaction != 0 {
		l.calls[c.Interaction] = s
	}
	for _, leg := range c.Legs {
		l.channels[leg.ID] = s
	}
	for _, id := range s.tape.taps() {
		l.channels[id] = s
	}
	l.config.Active.Inc()
	l.work.Go(func() {
		s.run(ctx, start)
		l.forget(s)
		l.config.Active.Dec()
		hangUp(nil)
	})
}

// forgetOrder lets an order come to a call again.
func (l *Line) forgetOrder(c *liveCall, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(c.known, id)
}

// forget lets go of a call that is over, or no longer ours.
func (l *Line) forget(s *liveCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.channels, func(_ string, other *liveCall) bool { return other == s })
	maps.DeleteFunc(l.calls, func(_ int64, other *liveCall) bool { return other == s })
}

// route makes events of a channel, and commands for an interaction, come to a call.
func (l *Line) route(s *liveCall, interaction int64, channel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if interaction != 0 {
		l.calls[interaction] = s
	}
	if channel != "" {
		l.channels[channel] = s
	}
}

// tell puts news of a channel into its call's mailbox. It is false if the channel is no call's.
func (l *Line) tell(channel string, news any) bool {
	l.mu.Lock()
	s := l.channels[channel]
	l.mu.Unlock()
	if s == nil {
		return false
	}
	s.inbox.put(news)
	return true
}

// ended brings the end of a channel. It comes several times, in any order: each is the same news.
func (l *Line) ended(channel string, cause int) {
	l.mu.Lock()
	s := l.channels[channel]
	l.mu.Unlock()
	switch {
	case s == nil:
	case channel == s.channel:
		s.hangUp(hangup{cause})
	default:
		s.inbox.put(legDown{channel: channel, cause: cause})
	}
}

// tapEnded brings the end of a recording, which a call that goes on takes for a failure.
func (l *Line) tapEnded(r ari.LiveRecordingData) {
	channel := strings.TrimPrefix(r.TargetURI, "channel:")
	l.tell(channel, tapFailed(channel))
}

// dismiss hangs up a channel that belongs to nobody.
func (l *Line) dismiss(channel string) {
	if err := l.rest.hangup(channel); err != nil {
		l.log.Warn().Err(err).Str("channel", channel).Msg("channel of nobody stays")
		return
	}
	l.log.Info().Str("channel", channel).Msg("channel of nobody hung up")
}

// numberOf is the caller's number in E.164, or "" if it is withheld or none.
func (l *Line) numberOf(channel *ari.ChannelData) string {
	if channel.Caller == nil {
		return ""
	}
	number, err := phone.ParseWithin(l.config.Asterisk.Area, channel.Caller.Number)
	if err != nil {
		return ""
	}
	return number
}

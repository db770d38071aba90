package ivr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"okno/internal/call"
	"okno/internal/conversation"
)

// The desk's errors. Their texts are safe to show.
var (
	ErrNotWaiting = errors.New("the citizen is not waiting for an operator")
	ErrNoAnswer   = errors.New("the operator's phone does not answer")
)

// ringLimit is how long an operator's phone rings if the desk does not say.
const ringLimit = 20 * time.Second

// ConnectRequest asks for a citizen who waits to be joined with an operator.
type ConnectRequest struct {
	Interaction int64
	Endpoint    string        // the operator's: "PJSIP/agent-7"
	Ring        time.Duration // how long it may ring; default 20 s
}

// Connect rings the operator's phone and joins both. It returns when they can talk, or with what came between:
// [call.ErrOver], [ErrHangup], [ErrNotWaiting], [ErrNoAnswer]. After an error the citizen waits on.
func (l *Line) Connect(ctx context.Context, r ConnectRequest) error {
	if r.Ring == 0 {
		r.Ring = ringLimit
	}
	return l.command(ctx, r.Interaction, &connect{reply: newReply(), ctx: ctx, request: r})
}

// Release ends the operator's side of a call. The citizen's goes on by the dialogue.
func (l *Line) Release(ctx context.Context, interaction int64) error {
	return l.command(ctx, interaction, &release{reply: newReply()})
}

// Deliver gives a citizen who waits a turn that came from elsewhere: an announcement, or that nobody will come.
func (l *Line) Deliver(ctx context.Context, turn conversation.Turn) error {
	return l.command(ctx, turn.Interaction, &deliver{reply: newReply(), turn: turn})
}

// Hangup ends a call, the operator's side included.
func (l *Line) Hangup(_ context.Context, interaction int64) error {
	l.mu.Lock()
	s := l.calls[interaction]
	l.mu.Unlock()
	if s == nil {
		return call.ErrOver
	}
	return l.rest.hangup(s.channel)
}

// command has a call carry out a command, and waits for its answer.
func (l *Line) command(ctx context.Context, interaction int64, c command) error {
	l.mu.Lock()
	s := l.calls[interaction]
	if s != nil {
		s.inbox.put(c) // under the lock: forget cannot come between, so refuseAll sees it
	}
	l.mu.Unlock()
	if s == nil {
		return call.ErrOver
	}
	return c.wait(ctx)
}

// command is what the desk wants of a call. It is answered once.
type command interface {
	answer(error)
	wait(context.Context) error
}

type (
	connect struct {
		reply
		ctx     context.Context // the desk's: when it gives up, so does the ringing
		request ConnectRequest
	}
	release struct{ reply }
	deliver struct {
		reply
		turn conversation.Turn
	}
)

type reply struct{ result chan error }

func newReply() reply { return reply{result: make(chan error, 1)} }

func (r reply) answer(err error) { r.result <- err }

// wait of connect ignores the desk's context: the call knows it, and soon answers what came of it.
func (c *connect) wait(context.Context) error { return <-c.result }

func (r reply) wait(ctx context.Context) error {
	select {
	case err := <-r.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refuseAll answers the commands that nobody will carry out any more, once no more can come.
func (s *session) refuseAll() {
	for item := s.inbox.take(); item != nil; item = s.inbox.take() {
		s.later = append(s.later, item)
	}
	for _, item := range s.later {
		if c, ok := item.(command); ok {
			c.answer(call.ErrOver)
		}
	}
}

// wait is the time until an operator comes, or a turn from elsewhere.
func (s *session) wait(ctx context.Context) (conversation.Turn, error) {
	s.keys = "" // what was pressed to get here answers nothing that comes after
	s.startMusic()
	for {
		item, err := s.nextCommand(ctx)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch item := item.(type) {
		case *deliver:
			item.answer(nil)
			return item.turn, nil
		case *connect:
			err := s.connect(ctx, item)
			item.answer(err)
			if err == nil {
				return s.talk(ctx)
			}
			s.log.Info().Err(err).Msg("no operator")
			s.startMusic()
		case *release:
			item.answer(nil) // there is none
		}
	}
}

// nextCommand is next, with what came during a prompt first.
func (s *session) nextCommand(ctx context.Context) (any, error) {
	if len(s.later) > 0 {
		item := s.later[0]
		s.later = s.later[1:]
		return item, nil
	}
	return s.next(ctx, nil)
}

// connect rings the operator's phone and joins it with the citizen. Both ids are made and kept before Asterisk hears
// of them: its news can come before its reply, and a later process must find them.
func (s *session) connect(ctx context.Context, c *connect) error {
	id := uuid.NewString()
	s.call.Leg = call.Leg{Bridge: bridgePrefix + id, Channel: operatorPrefix + id, Endpoint: c.request.Endpoint}
	if err := s.save(ctx); err != nil {
		s.call.Leg = call.Leg{}
		return err
	}
	s.line.route(s, 0, s.call.Leg.Channel)
	err := s.line.rest.ring(s.call.Leg.Channel, c.request.Endpoint, s.call.Number, c.request.Ring)
	if err == nil {
		err = s.untilAnswered(ctx, c)
	}
	if err == nil {
		s.stopMusic()
		err = s.line.rest.bridge(s.call.Leg.Bridge, s.channel, s.call.Leg.Channel)
	}
	if err != nil {
		s.dropLeg(ctx)
		if ctx.Err() == nil { // when it is the citizen who has gone, or the process, the end is kept elsewhere
			s.call.Leg = call.Leg{}
			if err := s.save(ctx); err != nil {
				s.log.Error().Err(err).Msg("end of ringing not kept")
			}
		}
		return err
	}
	s.enter(ctx, call.Connected)
	s.log.Info().Str("endpoint", c.request.Endpoint).Msg("connected")
	return nil
}

// untilAnswered waits for the operator's phone. Asterisk's own limit for ringing is not trusted to end it.
func (s *session) untilAnswered(ctx context.Context, c *connect) error {
	leg := s.call.Leg.Channel
	giveUp := func() { s.inbox.put(legDown{channel: leg}) }
	limit := time.AfterFunc(c.request.Ring+time.Second, giveUp)
	defer limit.Stop()
	stop := context.AfterFunc(c.ctx, giveUp)
	defer stop()
	for {
		item, err := s.next(ctx, nil)
		if err != nil {
			return err
		}
		switch item := item.(type) {
		case legUp:
			if string(item) == leg {
				return c.ctx.Err()
			}
		case legDown:
			if item.channel == leg {
				return ErrNoAnswer
			}
		case doubt:
			switch up, err := s.line.rest.isUp(leg); {
			case isGone(err):
				return ErrNoAnswer
			case up:
				return c.ctx.Err()
			}
		default:
			s.note(item, true)
		}
	}
}

// talk is the time with an operator.
func (s *session) talk(ctx context.Context) (conversation.Turn, error) {
	released := false
	for {
		item, err := s.next(ctx, nil)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch item := item.(type) {
		case *release:
			released = true
			item.answer(s.line.rest.hangup(s.call.Leg.Channel))
		case legDown:
			if item.channel == s.call.Leg.Channel {
				return s.operatorLeft(ctx, !released && item.cause != normalClearing)
			}
		case doubt:
			if together, err := s.together(); err == nil && !together {
				return s.operatorLeft(ctx, !released)
			}
		case command:
			item.answer(ErrNotWaiting)
		}
	}
}

// operatorLeft goes on without the operator.
func (s *session) operatorLeft(ctx context.Context, lost bool) (conversation.Turn, error) {
	s.log.Info().Bool("lost", lost).Msg("operator left")
	s.dropLeg(ctx)
	turn, err := s.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		return s.line.config.Operators.OperatorLeft(ctx, s.call.Interaction, lost)
	})
	if conversation.IsStale(err) { // kept already, by the process before us
		turn, err = s.advance(ctx, resumed)
	}
	if err != nil {
		return turn, err
	}
	s.call.Leg = call.Leg{}
	s.call.State = call.InDialogue
	if err := s.save(ctx); err != nil {
		s.log.Error().Err(err).Msg("operator's leaving not kept")
	}
	s.keys = ""
	return turn, nil
}

// dropLeg ends the operator's side, as far as there is one.
func (s *session) dropLeg(ctx context.Context) {
	for _, err := range []error{s.line.rest.hangup(s.call.Leg.Channel), s.line.rest.removeBridge(s.call.Leg.Bridge)} {
		if err != nil {
			s.log.Warn().Err(err).Msg("operator's side stays")
		}
	}
}

// together says whether citizen and operator are in their bridge.
func (s *session) together() (bool, error) {
	inside, err := s.line.rest.bridged(s.call.Leg.Bridge)
	return slices.Contains(inside, s.channel) && slices.Contains(inside, s.call.Leg.Channel), err
}

func (s *session) startMusic() {
	if s.music {
		return
	}
	if err := s.line.rest.startMusic(s.channel); err != nil {
		s.log.Warn().Err(err).Msg("no music")
		return
	}
	s.music = true
}

func (s *session) stopMusic() {
	if !s.music {
		return
	}
	if err := s.line.rest.stopMusic(s.channel); err != nil {
		s.log.Warn().Err(err).Msg("music stays")
	}
	s.music = false
}

// The prefixes of our ids tell our bridges and operators' channels from anything else in Asterisk.
const (
	bridgePrefix   = "okno-bridge-"
	operatorPrefix = "okno-operator-"
)

func isOperatorChannel(id string) bool { return strings.HasPrefix(id, operatorPrefix) }

package ivr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/phone"
)

// ErrHangup is the cause of a call's context once the citizen's channel is gone.
var ErrHangup = errors.New("the citizen has hung up")

// errBye says that the dialogue has ended, and Okno hangs up.
var errBye = errors.New("the dialogue has ended")

// What can be in a call's mailbox, beside the desk's commands (connect.go).
type (
	key     string // the citizen pressed it
	played  string // the playback with this id is over
	legUp   string // the operator's side, by its channel, has answered
	legDown struct {
		channel string
		cause   int // Q.850; 0 when Asterisk does not say
	}
	doubt struct{} // events may have been lost: look for yourself
)

// normalClearing is the Q.850 cause of a side that hung up of its own will.
const normalClearing = 16

const (
	// stepLimit bounds a step of the conversation. It is not cut short by a hang-up, nor by the process's end: what the
	// citizen did is kept.
	stepLimit = 10 * time.Second
	// A step that does not work (the database is away) is tried again this often, a second apart, before the caller
	// is told to call later.
	stepTries = 8
	stepPause = time.Second
)

// session is a call in the hands of its goroutine.
type session struct {
	line    *Line
	channel string // the citizen's; set for good, unlike call, which is the goroutine's own
	hangUp  func()
	inbox   *mailbox
	log     zerolog.Logger

	call    call.Call
	keys    string // pressed, and not used yet
	later   []any  // commands that wait for the end of a prompt
	prompts int    // played so far
	music   bool   // is playing
}

func newSession(l *Line, c call.Call, hangUp func()) *session {
	return &session{
		line: l, call: c, channel: c.Channel, hangUp: hangUp, inbox: newMailbox(),
		log: l.log.With().Str("channel", c.Channel).Logger(),
	}
}

// run is the whole call: a first turn, and turn after turn from there.
func (s *session) run(ctx context.Context, start func(*session, context.Context) (conversation.Turn, error)) {
	turn, err := start(s, ctx)
	for err == nil {
		turn, err = s.take(ctx, turn)
	}
	s.finish(ctx, err)
}

// take says a turn, and gives the next one.
func (s *session) take(ctx context.Context, turn conversation.Turn) (conversation.Turn, error) {
	clips := s.line.config.Voice.Clips(ctx, turn.Spoken)
	switch {
	case takesKeys(turn.Expect):
		s.stopMusic()
		s.enter(ctx, call.InDialogue)
		in, err := s.hear(ctx, clips, turn.Expect)
		if err != nil {
			return conversation.Turn{}, err
		}
		return s.advance(ctx, in)
	case turn.Expect.Kind == dialogue.ExpectOutcome:
		s.enter(ctx, call.Waiting)
		if err := s.play(ctx, clips, false); err != nil {
			return conversation.Turn{}, err
		}
		return s.wait(ctx)
	default:
		if err := s.play(ctx, clips, false); err != nil {
			return conversation.Turn{}, err
		}
		return conversation.Turn{}, errBye
	}
}

// greet opens the interaction of a new call, and answers it. The caller hears ringing until there is something to say.
func (s *session) greet(ctx context.Context) (conversation.Turn, error) {
	s.log.Info().Str("number", phone.Mask(s.call.Number)).Msg("call")
	turn, err := s.step(ctx, func(ctx context.Context, _ bool) (conversation.Turn, error) {
		return s.line.config.Conversation.Begin(ctx, s.call)
	})
	if err != nil {
		return turn, err
	}
	s.call.Interaction = turn.Interaction
	s.log = s.log.With().Int64("interaction", turn.Interaction).Logger()
	s.line.route(s, turn.Interaction, "")
	turn.Spoken = slices.Insert(turn.Spoken, 0, nil) // a breath before the first word: a connection's first moment is often lost
	return turn, s.line.rest.answer(s.channel)
}

// advance gives the conversation an input. One that failed may still have been taken, so after a failure it is asked to
// resume, which repeats what was said last.
func (s *session) advance(ctx context.Context, in dialogue.Input) (conversation.Turn, error) {
	return s.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		if again {
			in = dialogue.Input{Kind: dialogue.Resumed}
		}
		return s.line.config.Conversation.Advance(ctx, s.call.Interaction, in)
	})
}

// step does a step of the conversation, to its end and again until it works.
func (s *session) step(ctx context.Context, do func(ctx context.Context, again bool) (conversation.Turn, error)) (conversation.Turn, error) {
	for try := 1; ; try++ {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
		turn, err := do(limited, try > 1)
		cancel()
		if err == nil || conversation.IsStale(err) || try == stepTries {
			return turn, err
		}
		s.log.Warn().Err(err).Int("try", try).Msg("step failed")
		pause := time.NewTimer(stepPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return turn, context.Cause(ctx)
		}
	}
}

// enter keeps the call's state. A store that fails costs no call: the state is only what a later process goes by.
func (s *session) enter(ctx context.Context, state call.State) {
	if s.call.State == state {
		return
	}
	s.call.State = state
	if err := s.save(ctx); err != nil {
		s.log.Error().Err(err).Msg("call's state not kept")
	}
}

func (s *session) save(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
	defer cancel()
	return s.line.config.Store.SaveCall(ctx, s.call)
}

// finish ends the call for the reason why its turns have ended.
func (s *session) finish(ctx context.Context, why error) {
	gone := errors.Is(context.Cause(ctx), ErrHangup) || isGone(why)
	if ctx.Err() != nil && !gone {
		s.log.Info().Msg("call left to the next process")
		return
	}
	if !gone && !errors.Is(why, errBye) {
		s.log.Error().Err(why).Msg("call cannot go on")
		s.apologise(ctx)
	}
	if s.call.Leg.Channel != "" {
		s.dropLeg(ctx)
	}
	if !gone {
		if err := s.line.rest.hangup(s.channel); err != nil {
			s.log.Warn().Err(err).Msg("channel stays")
		}
	}
	if s.call.Interaction == 0 {
		return
	}
	if !errors.Is(why, errBye) {
		if err := s.line.hungUp(context.WithoutCancel(ctx), s.call.Interaction); err != nil {
			s.log.Error().Err(err).Msg("hang-up not kept") // the next sweep finds a call without a channel
			return
		}
	}
	s.call.State, s.call.Leg = call.Ended, call.Leg{}
	if err := s.save(ctx); err != nil {
		s.log.Error().Err(err).Msg("end not kept")
	}
	s.log.Info().Bool("by_citizen", gone).Msg("call over")
}

// apologise tells the caller to call later, as Asterisk does when Okno is away.
func (s *session) apologise(ctx context.Context) {
	if s.call.Interaction == 0 {
		if err := s.line.rest.answer(s.channel); err != nil {
			return
		}
	}
	s.stopMusic()
	_ = s.play(ctx, []string{s.line.config.Voice.Unavailable()}, false)
}

// hungUp tells the conversation that the citizen has gone.
func (l *Line) hungUp(ctx context.Context, interaction int64) error {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	_, err := l.config.Conversation.Advance(ctx, interaction, dialogue.Input{Kind: dialogue.Hangup})
	if err != nil && !conversation.IsStale(err) {
		return fmt.Errorf("hang-up of interaction %d: %w", interaction, err)
	}
	return nil
}

// next returns what happens next, or nil when patience is over.
func (s *session) next(ctx context.Context, patience <-chan time.Time) (any, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if item := s.inbox.take(); item != nil {
			if _, ok := item.(doubt); ok {
				s.checkChannel()
			}
			return item, nil
		}
		select {
		case <-s.inbox.ready:
		case <-patience:
			return nil, nil
		case <-ctx.Done():
		}
	}
}

// checkChannel asks Asterisk whether the citizen is still there.
func (s *session) checkChannel() {
	if there, err := s.line.rest.exists(s.channel); err == nil && !there {
		s.hangUp()
	}
}

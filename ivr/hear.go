package ivr

import (
	"context"
	"fmt"
	"time"

	"okno/internal/dialogue"
)

// promptNames is how many names the prompts of a call take turns in: few, so that a process that adopts the call can stop
// whichever is playing; and enough that the end of one is not taken for the end of another.
const promptNames = 8

func promptID(channel string, n int) string {
	return fmt.Sprintf("%s-prompt-%d", channel, n%promptNames)
}

// hear says a prompt and gathers the citizen's answer. Keys pressed ahead answer first, and are not made to wait for the
// prompt; a key during the prompt ends it.
func (s *session) hear(ctx context.Context, clips []string, expect dialogue.Expectation) (dialogue.Input, error) {
	s.drain()
	answer := entry{expect: expect}
	if s.pour(&answer) {
		return answer.input(true), nil
	}
	if answer.keys == "" {
		if err := s.play(ctx, clips, true); err != nil {
			return dialogue.Input{}, err
		}
	}
	patience := time.NewTimer(0)
	defer patience.Stop()
	for {
		if s.pour(&answer) {
			return answer.input(true), nil
		}
		patience.Reset(answer.patience())
		for s.keys == "" {
			item, err := s.next(ctx, patience.C)
			if err != nil {
				return dialogue.Input{}, err
			}
			if item == nil {
				return answer.input(false), nil
			}
			s.note(item, false)
		}
	}
}

// pour moves keys from the call's buffer into an answer, until it is complete.
func (s *session) pour(answer *entry) (complete bool) {
	for s.keys != "" && !complete {
		complete = answer.press(s.keys[:1])
		s.keys = s.keys[1:]
	}
	return complete
}

// play plays clips to their end, or until a key is pressed if keys may stop it.
func (s *session) play(ctx context.Context, clips []string, keysStop bool) error {
	if len(clips) == 0 {
		return nil
	}
	s.stopMusic()
	id := promptID(s.channel, s.prompts)
	s.prompts++
	if err := s.line.rest.play(s.channel, id, clips); err != nil {
		return err
	}
	for {
		item, err := s.next(ctx, nil)
		if err != nil {
			return err
		}
		switch item := item.(type) {
		case played:
			if string(item) == id {
				return nil
			}
		case doubt:
			if playing, err := s.line.rest.isPlaying(id); err == nil && !playing {
				return nil
			}
		default:
			s.note(item, !keysStop)
			if keysStop && s.keys != "" {
				return s.line.rest.stopPlaying(id)
			}
		}
	}
}

// note takes what happens beside what is being waited for. The desk's commands wait for the end of a prompt if an operator is
// waited for, and are refused if not.
func (s *session) note(item any, waiting bool) {
	switch item := item.(type) {
	case key:
		if isKey(string(item)) {
			s.keys += string(item)
		}
	case command:
		if waiting {
			s.later = append(s.later, item)
		} else {
			item.answer(ErrNotWaiting)
		}
	}
}

// drain takes the keys that came while nobody listened, and refuses what came for somebody who waits.
func (s *session) drain() {
	for _, item := range s.later {
		s.note(item, false)
	}
	s.later = nil
	for item := s.inbox.take(); item != nil; item = s.inbox.take() {
		s.note(item, false)
	}
}

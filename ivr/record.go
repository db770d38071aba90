package ivr

import (
	"context"
	"time"

	"okno/internal/call"
	"okno/internal/recording"
)

// A talk is recorded by two channels that snoop on the citizen's: one hears what the citizen says, the other what the citizen hears. The
// citizen's channel is there from the first word to the last, whoever is transferred, held or asked beside it; and what the citizen does not
// hear (a consultation, a whisper) is not recorded. Asterisk goes on recording while no process of ours lives.

// tapOf is the channel that records a side.
func tapOf(name string, s recording.Side) string { return call.LegPrefix + recording.FileOf(name, s) }

// tape is what is known of a call's recording in Asterisk.
type tape struct {
	name    string // of the recording that is made; "": none
	known   bool   // what is to be recorded has been asked for
	right   bool   // Asterisk agrees, as far as is known
	muted   bool
	adopted bool // a process before us has made it: its channels have come, and whether it is muted is not known
}

// tapFailed says that Asterisk records no more by a channel.
type tapFailed string

// taps are the channels by which a call is recorded.
func (t *tape) taps() (ids []string) {
	if t.name == "" {
		return nil
	}
	for _, side := range recording.Sides {
		ids = append(ids, tapOf(t.name, side))
	}
	return ids
}

// record makes Asterisk record what the store says. It takes two goes: a channel records once it has come, which is told as legUp. What goes
// wrong for a moment is tried again, and never the talk's trouble.
func (t *talk) record(ctx context.Context) {
	same := t.tape.name == t.call.Recording.Name && t.tape.muted == t.call.Recording.Paused(time.Now())
	if !t.tape.right || !same {
		t.tape.right = t.makeRecord(ctx)
	}
}

func (t *talk) makeRecord(ctx context.Context) (right bool) {
	if !t.tape.known {
		wanted, err := t.line.config.Store.RecordingOf(ctx, t.call.Interaction)
		if err != nil {
			t.log.Warn().Err(err).Msg("not known whether to record")
			return false
		}
		t.call.Recording, t.tape.known = wanted, true
	}
	if t.tape.name != t.call.Recording.Name {
		t.stopRecording()
		t.tape = tape{name: t.call.Recording.Name, known: true}
	}
	if t.tape.name == "" {
		return true
	}
	if t.line.config.Files == nil {
		t.recordingFailed(ctx, "no place for attachments is set up")
		return true
	}
	switch recorded, err := t.tap(); {
	case isTransient(err):
		t.log.Warn().Err(err).Msg("recording has to wait")
		return false
	case err != nil:
		t.recordingFailed(ctx, err.Error())
		return true
	case !recorded:
		return false
	}
	paused := t.call.Recording.Paused(time.Now())
	if t.tape.muted == paused && !t.tape.adopted {
		return true
	}
	for _, side := range recording.Sides {
		if err := t.line.rest.muteRecording(recording.FileOf(t.tape.name, side), paused); err != nil && !isGone(err) { // gone: it is told by itself
			t.log.Warn().Err(err).Msg("recording not paused, or not resumed")
			return false
		}
	}
	t.tape.muted, t.tape.adopted = paused, false
	return true
}

// tap records both sides, which begin together. It is false while a channel has not come yet.
func (t *talk) tap() (recorded bool, err error) {
	come := true
	for i, id := range t.tape.taps() {
		if t.came[id] {
			continue
		}
		there, err := t.line.rest.exists(id)
		if err == nil && !there {
			t.line.route(t.liveCall, 0, id)
			err = t.line.rest.snoopOn(t.channel, id, recording.Sides[i] == recording.Citizen)
		}
		if err != nil {
			return false, err
		}
		if there && t.tape.adopted {
			t.came[id] = true
		}
		come = come && t.came[id]
	}
	if !come {
		return false, nil
	}
	for i, id := range t.tape.taps() {
		file := recording.FileOf(t.tape.name, recording.Sides[i])
		there, err := t.line.rest.isRecording(file)
		if err == nil && !there {
			err = t.line.rest.record(id, file, recording.Longest)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// recordingFailed tells that the talk is not recorded any more: the store, which shows it to the operator, and whoever watches the line.
func (t *talk) recordingFailed(ctx context.Context, why string) {
	t.log.Error().Str("why", why).Msg("talk not recorded")
	t.line.unrecorded(why)
	name := t.tape.name
	t.stopRecording()
	t.tape, t.call.Recording = tape{known: true}, call.Recording{}
	err := t.once(ctx, func(ctx context.Context) error {
		return t.floor().RecordingFailed(ctx, t.lease(), t.call.Interaction, name)
	})
	if err != nil {
		t.log.Warn().Err(err).Msg("failed recording not kept")
	}
}

// stopRecording ends the recording of a call, as far as there is one: what is recorded is in Asterisk's spool.
func (c *liveCall) stopRecording() {
	for _, id := range c.tape.taps() {
		c.dropLeg(id)
	}
	if c.tape.name != "" {
		c.line.spoolSoon()
	}
	c.tape = tape{}
}

package ivr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"okno/internal/attachment"
	"okno/internal/call"
	"okno/internal/lease"
	"okno/internal/recording"
)

// Files keeps the content of recordings, sealed.
type Files interface {
	KeepUpTo(ctx context.Context, key attachment.Key, content io.Reader, most int64) (attachment.Stored, error)
	// Discard removes what no row names.
	Discard(ctx context.Context, s attachment.Stored) error
}

type recordings interface {
	// RecordingOf gives what is to be recorded of a call now.
	RecordingOf(ctx context.Context, interaction int64) (call.Recording, error)
	// SpooledRecordings lists the recordings that lie in the spool of an Asterisk, or are being made there.
	SpooledRecordings(ctx context.Context, asterisk string) ([]recording.Recording, error)
	// MessageOf gives the name of the message of a call that was not sent, and whether it is being recorded; "" where there is none.
	MessageOf(ctx context.Context, interaction int64) (name string, going bool, err error)
	// MessageKey gives the key under which the file of a case is sealed that a message becomes. attachment.ErrErased.
	MessageKey(ctx context.Context, caseID int64) (attachment.Key, error)
	// AttachMessage makes a message that was kept a file of its case. recording.ErrUnknown.
	AttachMessage(ctx context.Context, l lease.Lease, id int64, kept attachment.Stored) error
	// RecordingKey gives the key under which what belongs to an interaction is sealed. attachment.ErrErased.
	RecordingKey(ctx context.Context, interaction int64) (attachment.Key, error)
	// KeepRecording names the file in which a recording was kept; LoseRecording keeps that nothing of it was found. recording.ErrUnknown of one
	// that was erased meanwhile, or settled.
	KeepRecording(ctx context.Context, l lease.Lease, id int64, kept attachment.Stored) error
	LoseRecording(ctx context.Context, l lease.Lease, id int64) error
}

// problemShown is how long the line tells of a talk that was not recorded.
const problemShown = 15 * time.Minute

// spoolSoon asks for the spool to be emptied before its time.
func (l *Line) spoolSoon() {
	select {
	case l.spool <- struct{}{}:
	default:
	}
}

// unrecorded notes why a talk was not recorded.
func (l *Line) unrecorded(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unrecordedWhy, l.unrecordedAt = why, time.Now()
}

func (l *Line) setSpoolProblem(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spoolProblem = err
}

// Recording is nil while talks are recorded as they should be; else it says what is wrong, or went wrong in the last quarter of an hour.
func (l *Line) Recording() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.spoolProblem
	if l.unrecordedWhy != "" && time.Since(l.unrecordedAt) < problemShown {
		err = errors.Join(errors.New("a talk was not recorded: "+l.unrecordedWhy), err)
	}
	return err
}

// keepRecordings takes in what was recorded, until ctx ends: what a process before us left, too.
func (l *Line) keepRecordings(ctx context.Context) {
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case <-l.spool:
		case <-ctx.Done():
			return
		}
		wait := time.Second
		if _, settled := l.isSettled(); settled {
			wait = sweepEvery
			left, err := l.emptySpool(ctx)
			if err != nil && ctx.Err() == nil {
				err = fmt.Errorf("recordings stay in the spool of asterisk %s: %w", l.config.Asterisk.Name, err)
				l.log.Error().Err(err).Msg("spool")
			}
			l.setSpoolProblem(err)
			if left && err == nil {
				wait = time.Second
			}
		}
		again.Reset(wait)
	}
}

// emptySpool keeps the recordings that have ended, and removes files of nobody. left says that Asterisk still writes one that has ended.
func (l *Line) emptySpool(ctx context.Context) (left bool, err error) {
	files, err := l.rest.recordings() // before the rows: a row is there before its files
	if err != nil {
		return false, err
	}
	rows, err := l.config.Store.SpooledRecordings(ctx, l.config.Asterisk.Name)
	if err != nil {
		return false, err
	}
	wanted := map[string]bool{}
	var failed error
	for _, r := range rows {
		done := false
		if r.State == recording.Over && (!r.Message || r.Case != 0) {
			var err error
			done, err = l.takeIn(ctx, r)
			failed = errors.Join(failed, err)
			left = left || err == nil && !done
		}
		for _, side := range recording.Sides {
			wanted[recording.FileOf(r.Name, side)] = !done
		}
	}
	for _, file := range files {
		if strings.HasPrefix(file, recording.Prefix) && !wanted[file] {
			failed = errors.Join(failed, l.rest.forgetRecording(file))
		}
	}
	return left, failed
}

// takeIn keeps a recording that has ended. It is false while Asterisk still writes it: the channel that records may end later than the one on
// which it snoops.
func (l *Line) takeIn(ctx context.Context, r recording.Recording) (done bool, err error) {
	for _, side := range recording.Sides {
		there, err := l.rest.isRecording(recording.FileOf(r.Name, side))
		if err != nil {
			return false, err
		}
		if there {
			return false, l.rest.hangup(tapOf(r.Name, side))
		}
	}
	var sides [2]*recording.File
	for i, side := range recording.Sides {
		content, size, err := l.rest.recordingFile(ctx, recording.FileOf(r.Name, side))
		if isGone(err) {
			continue
		}
		if err != nil {
			return false, err
		}
		defer content.Close()
		sides[i] = &recording.File{Content: content, Size: size}
	}
	if sides[0] == nil && sides[1] == nil {
		l.unrecorded("nothing was in the spool")
		l.log.Error().Int64("interaction", r.Interaction).Msg("nothing of a recording is in asterisk's spool")
		return true, unlessSettled(l.config.Store.LoseRecording(ctx, l.lease(), r.ID))
	}
	if l.config.Files == nil {
		return false, attachment.ErrNone
	}
	content, key, err := l.contentOf(ctx, r, sides)
	if errors.Is(err, attachment.ErrErased) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	kept, err := l.config.Files.KeepUpTo(ctx, key, content, recording.MostBytes)
	if err != nil {
		return false, err
	}
	kept.Type = recording.Media
	settle := l.config.Store.KeepRecording
	if r.Message {
		settle = l.config.Store.AttachMessage
	}
	if err := settle(ctx, l.lease(), r.ID, kept); err != nil {
		if unlessSettled(err) != nil { // perhaps it was committed: the sweeper of files looks
			return false, err
		}
		return true, l.config.Files.Discard(ctx, kept)
	}
	l.log.Info().Int64("interaction", r.Interaction).Int64("bytes", kept.Size).Msg("recording kept")
	return true, nil
}

// contentOf gives what is to be kept of a recording, and the key for it.
func (l *Line) contentOf(ctx context.Context, r recording.Recording, sides [2]*recording.File) (content io.Reader, key attachment.Key, err error) {
	if r.Message {
		key, err = l.config.Store.MessageKey(ctx, r.Case)
		return sides[0].Content, key, err
	}
	if content, err = recording.Stereo(sides[0], sides[1]); err == nil {
		key, err = l.config.Store.RecordingKey(ctx, r.Interaction)
	}
	return content, key, err
}

// unlessSettled makes no error of a recording that was erased meanwhile, or settled before.
func unlessSettled(err error) error {
	if errors.Is(err, recording.ErrUnknown) {
		return nil
	}
	return err
}

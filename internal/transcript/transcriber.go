package transcript

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/attachment"
	"okno/internal/dialogue"
	"okno/internal/job"
	"okno/internal/recording"
	"okno/internal/speech"
)

// Draft is a transcript that is being made.
type Draft struct {
	Recording recording.Recording
	Language  dialogue.Language
	Lines     []Line
	Done      time.Duration // of the recording: Lines have what was said before
	Whole     bool
	Attempts  int // since it last went on, with this one
}

// Store keeps transcripts.
type Store interface {
	// BeginTranscript gives what there is of a transcript that waits, with the key of its recording, and counts the attempt. ErrUnknown of one that is
	// settled or gone, attachment.ErrErased.
	BeginTranscript(ctx context.Context, recording int64) (Draft, attachment.Key, error)
	// KeepTranscript keeps how far a transcript has come. ErrUnknown of one that is gone.
	KeepTranscript(ctx context.Context, d Draft) error
	// FailTranscript keeps why there will be none.
	FailTranscript(ctx context.Context, recording int64, why Failure) error
}

// Files reads what was recorded.
type Files interface {
	Read(ctx context.Context, key attachment.Key, s attachment.Stored) (io.ReadCloser, error)
}

const (
	// stint is how long a job begins pieces, patience how long the engine may take for a side of one: together less than a job's minute. An engine
	// that is slower than the talk itself is no use.
	stint    = 15 * time.Second
	patience = 18 * time.Second
	// attempts without any progress, of which the last comes after some six hours.
	attempts = 6
	// soon is when a job goes on that has done its stint.
	soon = time.Second
)

// waits is how long after an attempt the next one is made: 1, 4, 16, 64 and 256 minutes.
func waits(attempt int) time.Duration { return time.Minute << (2 * (attempt - 1)) }

// Transcriber writes talks down.
type Transcriber struct {
	store  Store
	files  Files         // nil: none are kept
	engine speech.Engine // nil: none is set up
	clock  func() time.Time
	log    zerolog.Logger
}

// NewTranscriber makes one.
func NewTranscriber(store Store, files Files, engine speech.Engine, clock func() time.Time, log zerolog.Logger) *Transcriber {
	return &Transcriber{store, files, engine, clock, log}
}

// Transcribe goes on with the transcript of a recording. [job.Later] says when there is more to do.
func (t *Transcriber) Transcribe(ctx context.Context, args job.TranscribeTalk) error {
	d, key, err := t.store.BeginTranscript(ctx, args.Recording)
	if errors.Is(err, ErrUnknown) || errors.Is(err, attachment.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Attempts > attempts { // each time the process died of it
		return t.fail(ctx, d, EngineAway, nil)
	}
	before := d.Done
	failed := t.goOn(ctx, key, &d)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if d.Done > before || d.Whole {
		d.Attempts = 0
		if err := t.store.KeepTranscript(ctx, d); err != nil {
			return unlessGone(err)
		}
	}
	switch {
	case errors.Is(failed, speech.ErrLanguage):
		return t.fail(ctx, d, NoEngine, failed)
	case errors.Is(failed, attachment.ErrMissing), errors.Is(failed, attachment.ErrBroken), errors.Is(failed, recording.ErrForm):
		return t.fail(ctx, d, Unreadable, failed)
	case failed != nil && d.Attempts >= attempts:
		return t.fail(ctx, d, EngineAway, failed)
	case failed != nil:
		t.log.Warn().Err(failed).Int64("recording", d.Recording.ID).Int("attempt", d.Attempts).Msg("talk not written down yet")
		return job.Later(waits(max(d.Attempts, 1)))
	case !d.Whole:
		return job.Later(soon)
	}
	t.log.Info().Int64("recording", d.Recording.ID).Int("lines", len(d.Lines)).Msg("talk written down")
	return nil
}

// fail gives a transcript up.
func (t *Transcriber) fail(ctx context.Context, d Draft, why Failure, err error) error {
	t.log.Error().Err(err).Int64("recording", d.Recording.ID).Str("why", string(why)).Msg("talk is not written down")
	return unlessGone(t.store.FailTranscript(ctx, d.Recording.ID, why))
}

// unlessGone makes no error of a recording that was erased meanwhile, or whose days are over.
func unlessGone(err error) error {
	if errors.Is(err, ErrUnknown) || errors.Is(err, attachment.ErrErased) {
		return nil
	}
	return err
}

// goOn writes down pieces for a stint.
func (t *Transcriber) goOn(ctx context.Context, key attachment.Key, d *Draft) error {
	if t.files == nil {
		return attachment.ErrMissing
	}
	content, err := t.files.Read(ctx, key, d.Recording.Stored)
	if err != nil {
		return err
	}
	defer content.Close()
	samples, err := recording.SamplesOf(content, d.Done)
	if err != nil {
		return err
	}
	cutter := &pieces{from: samples}
	for until := t.clock().Add(stint); t.clock().Before(until); {
		piece, err := cutter.next()
		if errors.Is(err, io.EOF) {
			d.Whole = true
			return nil
		}
		if err != nil {
			return err
		}
		lines, err := t.linesOf(ctx, *d, piece)
		if err != nil {
			return err
		}
		d.Lines = append(d.Lines, lines...)
		d.Done += recording.LengthOfSamples(len(piece[0]))
	}
	return nil
}

// linesOf gives what both sides say in a piece, by their beginnings.
func (t *Transcriber) linesOf(ctx context.Context, d Draft, piece [2][]int16) (lines []Line, err error) {
	for i, side := range recording.Sides {
		if silent(piece[i]) {
			continue
		}
		utterances, err := t.hear(ctx, d.Language, piece[i])
		if err != nil {
			return nil, fmt.Errorf("recognise %s: %w", d.Language, err)
		}
		for _, u := range utterances {
			if words := wordsOf(u, d.Done); len(words) > 0 {
				lines = append(lines, Line{Side: side, Words: words})
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Begin(), b.Begin()) })
	return lines, nil
}

// hear gives what is said in samples of one side.
func (t *Transcriber) hear(ctx context.Context, l dialogue.Language, samples []int16) (said []speech.Utterance, err error) {
	if t.engine == nil {
		return nil, speech.ErrLanguage
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	listener, err := t.engine.Listen(ctx, l, nil)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	sound := make([]byte, 0, len(samples)*speech.BytesPerSample)
	for _, s := range samples {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(s))
	}
	for part := range slices.Chunk(sound, atOnce) {
		u, err := listener.Hear(ctx, part)
		if err != nil {
			return nil, err
		}
		if u.Final {
			said = append(said, u)
		}
	}
	last, err := listener.End(ctx)
	if err != nil {
		return nil, err
	}
	return append(said, last), nil
}

// atOnce is the bytes of half a second: two utterances in it come as one.
const atOnce = speech.SampleRate * speech.BytesPerSample / 2

// wordsOf are the words of an utterance that was heard from a moment of a recording on.
func wordsOf(u speech.Utterance, from time.Duration) (words []Word) {
	for _, w := range u.Words {
		if w.Text != "" {
			words = append(words, Word{w.Text, (from + w.Begin).Milliseconds(), (from + w.End).Milliseconds(), int(math.Round(100 * w.Confidence))})
		}
	}
	return words
}

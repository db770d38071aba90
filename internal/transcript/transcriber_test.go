package transcript_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/dialogue"
	"okno/internal/job"
	"okno/internal/recording"
	"okno/internal/recording/recordingtest"
	"okno/internal/speech"
	"okno/internal/speech/speechtest"
	"okno/internal/speech/vosk"
	"okno/internal/transcript"
)

// store is a store of one transcript and its recording.
type store struct {
	draft   transcript.Draft
	content []byte
	broken  error // in the place of the content
	begins  error
	settled bool
	failure transcript.Failure
	kept    int
}

func (s *store) BeginTranscript(context.Context, int64) (transcript.Draft, attachment.Key, error) {
	if s.begins != nil {
		return transcript.Draft{}, nil, s.begins
	}
	if s.settled {
		return transcript.Draft{}, nil, transcript.ErrUnknown
	}
	s.draft.Attempts++
	d := s.draft
	d.Lines = slices.Clone(d.Lines)
	return d, nil, nil
}

func (s *store) KeepTranscript(_ context.Context, d transcript.Draft) error {
	s.kept++
	s.draft, s.settled = d, d.Whole
	return nil
}

func (s *store) FailTranscript(_ context.Context, _ int64, why transcript.Failure) error {
	s.failure, s.settled = why, true
	return nil
}

func (s *store) Read(context.Context, attachment.Key, attachment.Stored) (io.ReadCloser, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	return io.NopCloser(bytes.NewReader(s.content)), nil
}

// clock goes on by so much each time that somebody looks at it.
type clock struct {
	now  time.Time
	step time.Duration
}

func (c *clock) look() time.Time {
	c.now = c.now.Add(c.step)
	return c.now
}

func talkOf(content []byte) *store {
	return &store{draft: transcript.Draft{Recording: recording.Recording{ID: 1}, Language: dialogue.Russian}, content: content}
}

func transcriber(s *store, e speech.Engine, step time.Duration) *transcript.Transcriber {
	return transcript.NewTranscriber(s, s, e, (&clock{step: step}).look, zerolog.Nop())
}

func russian(server *speechtest.Server) speech.Engine {
	return vosk.New(map[dialogue.Language]string{dialogue.Russian: server.URL()})
}

func span(from, to time.Duration) recordingtest.Span { return recordingtest.Span{From: from, To: to} }

// Each side is written down by itself, in pieces, with the times of the whole; a job goes on where the one before has ended.
func TestATalkIsWrittenDown(t *testing.T) {
	t.Parallel()
	const second = time.Second
	server := speechtest.Start(t)
	server.Understand("мой паспорт потерян") // the first piece: the citizen, then the operator
	server.UnderstandUnsurely("где", 0.4)
	server.Understand("слушаю вас") // the second: the operator alone
	s := talkOf(recordingtest.Talk(t, 30*second, []recordingtest.Span{span(5*second, 8*second), span(12*second, 13*second)},
		[]recordingtest.Span{span(2*second, 3*second), span(24*second, 26*second)}))
	server.Understand("алло")
	work := transcriber(s, russian(server), 14*second) // a job has time for a piece
	var later job.Later
	require.ErrorAs(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: 1}), &later)
	require.Equal(t, 1, s.kept)
	require.Len(t, s.draft.Lines, 3)
	require.ErrorAs(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: 1}), &later)
	require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: 1}))
	require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: 1}), "a job that is doubled does nothing")

	require.True(t, s.draft.Whole)
	require.Equal(t, 30*second, s.draft.Done)
	said := make([]string, 0, 4)
	begins := make([]time.Duration, 0, 4)
	for _, l := range s.draft.Lines {
		said = append(said, string(l.Side)+": "+l.Text())
		begins = append(begins, time.Duration(l.Begin())*time.Millisecond)
	}
	require.Equal(t, []string{"out: слушаю вас", "in: мой паспорт потерян", "in: где", "out: алло"}, said)
	for i, want := range []time.Duration{2 * second, 5 * second, 12 * second, 24 * second} {
		require.InDelta(t, want, begins[i], float64(100*time.Millisecond), said[i])
	}
	require.Equal(t, []int{100, 40}, []int{s.draft.Lines[1].Least(), s.draft.Lines[2].Least()})
	require.InDelta(t, 26_000, s.draft.Lines[3].End(), 100)
	require.Len(t, server.Sessions(), 3, "silence is not sent")
}

// An engine that is away is asked again, ever more seldom, and at last no more; what was written down is kept meanwhile.
func TestAnEngineThatIsAwayIsAskedAgainAndThenNoMore(t *testing.T) {
	t.Parallel()
	server := speechtest.Start(t)
	server.Understand("алло")
	s := talkOf(recordingtest.Talk(t, 30*time.Second, []recordingtest.Span{span(time.Second, 2*time.Second), span(27*time.Second, 28*time.Second)}, nil))
	work := transcriber(s, russian(server), 14*time.Second)
	var later job.Later
	require.ErrorAs(t, work.Transcribe(t.Context(), job.TranscribeTalk{}), &later)
	require.Equal(t, job.Later(time.Second), later)
	server.Fail(speechtest.Nonsense)
	for _, want := range []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute} {
		require.ErrorAs(t, work.Transcribe(t.Context(), job.TranscribeTalk{}), &later)
		require.Equal(t, job.Later(want), later)
	}
	require.Len(t, s.draft.Lines, 1)
	require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{}))
	require.Equal(t, transcript.EngineAway, s.failure)
}

func TestWhatCannotBeWrittenDownSaysWhy(t *testing.T) {
	t.Parallel()
	content := recordingtest.Talk(t, 2*time.Second, []recordingtest.Span{span(0, time.Second)}, nil)
	for name, c := range map[string]struct {
		change func(*store)
		engine speech.Engine
		want   transcript.Failure
	}{
		"no engine at all":      {func(*store) {}, nil, transcript.NoEngine},
		"none for the language": {func(s *store) { s.draft.Language = dialogue.Kazakh }, vosk.New(nil), transcript.NoEngine},
		"a file that is gone":   {func(s *store) { s.broken = attachment.ErrMissing }, vosk.New(nil), transcript.Unreadable},
		"an altered file":       {func(s *store) { s.broken = attachment.ErrBroken }, vosk.New(nil), transcript.Unreadable},
		"another form":          {func(s *store) { s.content = []byte(strings.Repeat("x", 100)) }, vosk.New(nil), transcript.Unreadable},
		"it kills the process":  {func(s *store) { s.draft.Attempts = 6 }, vosk.New(nil), transcript.EngineAway},
	} {
		s := talkOf(content)
		c.change(s)
		require.NoError(t, transcriber(s, c.engine, time.Second).Transcribe(t.Context(), job.TranscribeTalk{}), name)
		require.Equal(t, c.want, s.failure, name)
	}
	for _, gone := range []error{transcript.ErrUnknown, attachment.ErrErased} {
		s := talkOf(content)
		s.begins = gone
		require.NoError(t, transcriber(s, nil, time.Second).Transcribe(t.Context(), job.TranscribeTalk{}))
		require.Empty(t, s.failure)
	}
	s, away := talkOf(content), errors.New("the database is away")
	s.begins = away
	require.ErrorIs(t, transcriber(s, nil, time.Second).Transcribe(t.Context(), job.TranscribeTalk{}), away, "the job is tried again")
}

// A worker that stops is no fault of the engine.
func TestAWorkerThatStopsFailsNothing(t *testing.T) {
	t.Parallel()
	server := speechtest.Start(t)
	server.Fail(speechtest.Silent)
	s := talkOf(recordingtest.Talk(t, 2*time.Second, []recordingtest.Span{span(0, time.Second)}, nil))
	s.draft.Attempts = 5
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, transcriber(s, russian(server), time.Second).Transcribe(ctx, job.TranscribeTalk{}), context.DeadlineExceeded)
	require.Empty(t, s.failure)
	require.False(t, s.settled)
}

func TestATranscriptReadsAsItWasCorrected(t *testing.T) {
	t.Parallel()
	line := func(text string) transcript.Line {
		return transcript.Line{Side: recording.Citizen, Words: []transcript.Word{{Text: text, Confidence: 100}}}
	}
	tr := transcript.Transcript{Lines: []transcript.Line{line("один"), line("два"), line("шум")}, Corrections: []transcript.Correction{
		{Line: 1, Number: 1, Text: "дно"}, {Line: 1, Number: 2, Text: "двор"}, {Line: 2, Number: 1}}}
	require.Equal(t, "один\nдвор\n\n", tr.Text())
	c := transcript.Correction{Text: "  два\n слова "}
	require.NoError(t, c.Check())
	require.Equal(t, "два слова", c.Text)
	require.Error(t, (&transcript.Correction{Text: strings.Repeat("ё", 4001)}).Check())
	require.Error(t, (&transcript.Correction{Text: "\xff"}).Check())
}

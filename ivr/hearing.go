package ivr

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/dialogue"
	"okno/internal/speech"
)

const (
	// beginLimit and hearLimit are how long an engine is waited for, before a question and in it. Keys work meanwhile.
	beginLimit = 2 * time.Second
	hearLimit  = 2 * time.Second
	// mostListening bounds a question: a television in the room is no answer.
	mostListening = 45 * time.Second
	// atOnce is how much of the sound is given to an engine at a time: 100 ms.
	atOnce = speech.SampleRate * speech.BytesPerSample / 10
)

// Speech is how callers are understood who say what others key.
type Speech struct {
	Engine     speech.Engine
	Languages  []dialogue.Language    // that it knows
	Confidence float64                // the least of each word
	Questions  *prometheus.CounterVec // okno_speech_questions_total
}

// SpeechQuestions makes the counter okno_speech_questions_total{outcome}, which all lines of a node share.
func SpeechQuestions(registerer prometheus.Registerer) *prometheus.CounterVec {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "okno_speech_questions_total",
		Help: "Questions that callers could answer by speech: answered (by speech), keyed, unheard (neither), failed (the engine or the sound).",
	}, []string{"outcome"})
	registerer.MustRegister(counter)
	return counter
}

// understood is what a caller has said to a question.
type understood struct {
	question int
	meant    dialogue.Meant
	final    bool // otherwise it is still being said
}

// hearing understands what the caller of a call says. An engine or a sound that fails once is not tried again in the call: keys alone are taken from then
// on, and nobody is told but the log.
type hearing struct {
	failed   atomic.Bool
	question int    // the last; the goroutine of the call owns it, as what follows
	on       bool   // the question is listened to
	stop     func() // that

	mu    sync.Mutex
	sound *sound
	mute  func() // ends it
}

// listenTo begins to listen for an answer to a question.
func (c *liveCall) listenTo(ctx context.Context, spoken *dialogue.Spoken) {
	h, config := &c.hearing, c.line.config.Speech
	h.question++
	if config == nil || spoken == nil || !slices.Contains(config.Languages, spoken.Language()) || h.failed.Load() {
		return
	}
	asked, stop := context.WithTimeout(ctx, mostListening)
	h.on, h.stop = true, stop
	question := h.question
	c.line.work.Go(func() {
		defer stop()
		err := c.understand(ctx, asked, question, spoken)
		if err != nil && asked.Err() == nil {
			c.deafen(err)
		}
	})
}

// stopListening ends that, and counts what came of it.
func (c *liveCall) stopListening(outcome string) {
	h := &c.hearing
	if !h.on {
		return
	}
	h.on = false
	h.stop()
	if !h.failed.Load() {
		c.line.config.Speech.Questions.WithLabelValues(outcome).Inc()
	}
}

// deafen notes that nothing can be understood any more in this call.
func (c *liveCall) deafen(err error) {
	if c.hearing.failed.Swap(true) {
		return
	}
	c.log.Warn().Err(err).Msg("speech is not understood: the caller can use keys")
	c.line.config.Speech.Questions.WithLabelValues("failed").Inc()
	c.stopSound()
}

// understand gives the sound to an engine, and what is understood to the call, until the question is over.
func (c *liveCall) understand(ctx, asked context.Context, question int, spoken *dialogue.Spoken) error {
	begin, cancel := context.WithTimeout(asked, beginLimit)
	listener, err := c.line.config.Speech.Engine.Listen(begin, spoken.Language(), spoken.Expected())
	cancel()
	if err != nil {
		return err
	}
	defer listener.Close()
	s := c.openSound(ctx, asked)
	if s == nil {
		return nil
	}
	s.skip()
	for {
		samples, ok := s.next(asked)
		if !ok {
			return nil
		}
		hear, cancel := context.WithTimeout(asked, hearLimit)
		utterance, err := listener.Hear(hear, samples)
		cancel()
		if err != nil {
			return err
		}
		if meant, ok := c.meaning(spoken, utterance); ok {
			c.inbox.put(understood{question, meant, utterance.Final})
		}
	}
}

// meaning gives the keys that stand for what was said. Words that may be others mean nothing: it is as if they had not been said.
func (c *liveCall) meaning(spoken *dialogue.Spoken, u speech.Utterance) (meant dialogue.Meant, ok bool) {
	if len(u.Words) == 0 || u.Final && u.Confidence() < c.line.config.Speech.Confidence {
		return dialogue.Meant{}, false
	}
	var said []string
	for _, word := range u.Words {
		said = append(said, word.Text)
	}
	return spoken.Meaning(said)
}

// openSound gives the caller's sound, which comes until the call leaves its questions: nil when the one that was asked is over.
func (c *liveCall) openSound(ctx, asked context.Context) *sound {
	h := &c.hearing
	h.mu.Lock()
	defer h.mu.Unlock()
	if asked.Err() != nil {
		return nil
	}
	if h.sound == nil {
		ctx, mute := context.WithCancel(ctx)
		s := newSound(c.line, c.channel)
		h.sound, h.mute = s, mute
		c.line.work.Go(func() {
			defer mute()
			if err := s.run(ctx); err != nil && ctx.Err() == nil && !isGone(err) { // a caller who has hung up
				c.deafen(err)
			}
		})
	}
	return h.sound
}

// stopSound ends the sound, if there is one.
func (c *liveCall) stopSound() {
	h := &c.hearing
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sound != nil {
		h.mute()
		h.sound, h.mute = nil, nil
	}
}

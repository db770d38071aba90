package voice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"okno/internal/dialogue"
)

// recipe is the version of how clips are made. A new one makes new clips, under new names.
const recipe = "3"

const (
	// renderLimit bounds the rendering of a clip that a caller waits for. It takes espeak-ng some 50 ms.
	renderLimit = 3 * time.Second
	// turnLimit bounds the rendering of all that a turn lacks, while its caller hears music.
	turnLimit = 8 * time.Second
	// failedFor is how long what could not be rendered is not tried again: the next caller would wait for nothing.
	failedFor = 30 * time.Second
	// prepareLimit bounds the rendering of a clip that nobody waits for. A large voice may be loaded anew for each.
	prepareLimit = time.Minute
)

// Config says where a pack's sounds come from and go to.
type Config struct {
	Engines map[dialogue.Language]Engine // of every language
	Folder  string                       // where rendered clips are kept
	// SeenAs is Folder as Asterisk sees it, if that is another path; default Folder.
	SeenAs string
	// Recordings are used for the languages of Recorded; what lacks one there is synthesised. Other languages are synthesised throughout: one voice
	// a language.
	Recordings Recordings
	Recorded   []dialogue.Language
	Log        zerolog.Logger
}

// Phrase is a stretch of words to be rendered ahead of time.
type Phrase struct {
	Language dialogue.Language
	Text     string
}

// Pack makes and keeps the clips of all languages, of each one at 8 kHz and one at 16 kHz, from which Asterisk chooses by the call. It is safe for
// concurrent use.
type Pack struct {
	config   Config
	recorded atomic.Pointer[map[dialogue.Language]map[string]string] // the versions of recordings

	mu     sync.Mutex
	failed map[string]time.Time // when files could not be rendered
}

// New returns a pack over its folder, which it fills as it is asked to.
func New(config Config) *Pack {
	if config.SeenAs == "" {
		config.SeenAs = config.Folder
	}
	p := &Pack{config: config, failed: map[string]time.Time{}}
	if err := p.look(); err != nil {
		config.Log.Error().Err(err).Msg("recordings not read")
	}
	return p
}

// look finds the recordings that there are now.
func (p *Pack) look() error {
	found := map[dialogue.Language]map[string]string{}
	for _, l := range p.config.Recorded {
		versions, err := p.config.Recordings.versions(l)
		if err != nil {
			return fmt.Errorf("read recordings: %w", err)
		}
		found[l] = versions
	}
	p.recorded.Store(&found)
	return nil
}

// recording gives the version of a word's recording, if it is used.
func (p *Pack) recording(w word) (version string, ok bool) {
	recorded := p.recorded.Load()
	if recorded == nil {
		return "", false
	}
	version, ok = (*recorded)[w.language][Phrase{w.language, w.text}.ID()]
	return version, ok
}

// Prepare renders what is missing: the phrases, digits, and what Asterisk says when Okno is away. It returns what failed, after trying all.
func (p *Pack) Prepare(ctx context.Context, phrases []Phrase) error {
	if err := p.look(); err != nil {
		return err
	}
	return errors.Join(p.PrepareAway(ctx), p.renderAll(ctx, append(vocabulary(), wordsOf(phrases)...)))
}

// renderAll renders those of some words that are missing.
func (p *Pack) renderAll(ctx context.Context, all []word) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	begun := map[string]bool{}
	for _, w := range all {
		file := p.file(w)
		if begun[file] || exists(file) {
			continue
		}
		begun[file] = true
		work.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, prepareLimit)
			defer cancel()
			return p.render(ctx, w)
		})
	}
	return work.Wait()
}

func wordsOf(phrases []Phrase) []word {
	words := make([]word, len(phrases))
	for i, phrase := range phrases {
		words[i] = word{language: phrase.Language, text: phrase.Text}
	}
	return words
}

// Clip is how a phrase stands.
type Clip struct {
	Recorded bool          // by a person, and used
	Length   time.Duration // 0: it is not rendered
	Loudness float64       // LUFS
}

// Look tells how a phrase stands.
func (p *Pack) Look(phrase Phrase) (Clip, error) {
	w := word{language: phrase.Language, text: phrase.Text}
	_, recorded := p.recording(w)
	wav, err := os.ReadFile(p.file(w) + narrowExtension)
	if os.IsNotExist(err) {
		return Clip{Recorded: recorded}, nil
	}
	if err != nil {
		return Clip{}, err
	}
	s, err := decode(wav)
	if err != nil {
		return Clip{}, fmt.Errorf("%s: %w", p.file(w), err)
	}
	return Clip{Recorded: recorded, Length: s.length(), Loudness: s.loudness()}, nil
}

// Has says whether a phrase has its clip.
func (p *Pack) Has(phrase Phrase) bool {
	return exists(p.file(word{language: phrase.Language, text: phrase.Text}))
}

// Clips returns the sound: URIs of what is to be said, utterance by utterance with a breath between, in order and ready
// to be played. A clip that is missing is rendered at once; one that cannot be is left out, so that one bad word never
// silences a call.
func (p *Pack) Clips(ctx context.Context, utterances [][]dialogue.Fragment) []string {
	var clips []string
	for i, utterance := range utterances {
		if i > 0 {
			clips = p.append(ctx, clips, word{pause: breath})
		}
		for _, fragment := range utterance {
			for _, w := range words(fragment) {
				clips = p.append(ctx, clips, w)
			}
		}
	}
	return clips
}

// Unsayable renders what is missing of some utterances, at once and within a time, and gives the indexes of those that still lack a word.
func (p *Pack) Unsayable(ctx context.Context, utterances [][]dialogue.Fragment) (lacking []int) {
	var missing []word
	lacks := func(w word) bool { return !exists(p.file(w)) }
	for i, utterance := range utterances {
		for _, fragment := range utterance {
			for _, w := range words(fragment) {
				if lacks(w) {
					missing, lacking = append(missing, w), append(lacking, i)
				}
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	begun := time.Now()
	err := p.renderAll(limited, slices.DeleteFunc(slices.Clone(missing), func(w word) bool { return p.failedLately(p.file(w)) }))
	p.config.Log.Warn().Err(err).Int("clips", len(missing)).Dur("took", time.Since(begun)).Msg("clips rendered while a caller waits")
	var left []int
	for n, w := range missing {
		if lacks(w) {
			p.fails(p.file(w))
			left = append(left, lacking[n])
		}
	}
	return slices.Compact(left)
}

// fails notes that a file could not be rendered.
func (p *Pack) fails(file string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for other, at := range p.failed {
		if time.Since(at) > failedFor {
			delete(p.failed, other)
		}
	}
	if _, ok := p.failed[file]; !ok {
		p.failed[file] = time.Now()
	}
}

func (p *Pack) failedLately(file string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.failed[file]
	return ok && time.Since(at) <= failedFor
}

func (p *Pack) append(ctx context.Context, clips []string, w word) []string {
	file := p.file(w)
	if !exists(file) {
		if p.failedLately(file) {
			return clips
		}
		ctx, cancel := context.WithTimeout(ctx, renderLimit)
		defer cancel()
		begun := time.Now()
		if err := p.render(ctx, w); err != nil {
			p.fails(file)
			p.config.Log.Error().Err(err).Msg("clip left out")
			return clips
		}
		p.config.Log.Warn().Str("clip", filepath.Base(file)).Dur("took", time.Since(begun)).Msg("clip rendered while a caller waits")
	}
	name, _ := filepath.Rel(p.config.Folder, file)
	return append(clips, "sound:"+filepath.Join(p.config.SeenAs, name))
}

// The extensions by which Asterisk knows the rate of a WAV.
const (
	narrowExtension = ".wav"
	wideExtension   = ".wav16"
)

// file is where the clip of a word is kept, without an extension: its name says its content.
func (p *Pack) file(w word) string {
	if w.pause > 0 {
		return filepath.Join(p.config.Folder, fmt.Sprintf("pause-%d", w.pause.Milliseconds()))
	}
	spoken := ""
	if version, ok := p.recording(w); ok {
		spoken = "recording " + version
	} else if engine, ok := p.config.Engines[w.language]; ok {
		spoken = engine.Voice(w.language)
	}
	content := []string{recipe, spoken, w.text}
	if w.slow {
		content = append(content, "slow")
	}
	sum := sha256.Sum256([]byte(strings.Join(content, "\x00")))
	return filepath.Join(p.config.Folder, string(w.language), hex.EncodeToString(sum[:12]))
}

// render makes the clips of a word. That at 8 kHz comes last: where it is, both are.
func (p *Pack) render(ctx context.Context, w word) error {
	file := p.file(w)
	s := quiet(w.pause, wide)
	if w.pause == 0 {
		var err error
		if s, err = p.speak(ctx, w); err != nil {
			return fmt.Errorf("render clip %s: %w", filepath.Base(file), err)
		}
	}
	for _, made := range []struct {
		rate      int
		extension string
	}{{wide, wideExtension}, {narrow, narrowExtension}} {
		rendered := s.resample(made.rate).level()
		if w.slow {
			rendered = rendered.padded(codeSlot)
		}
		if err := write(file+made.extension, encode(rendered)); err != nil {
			return err
		}
	}
	return nil
}

// speak gives the sound of a word, trimmed.
func (p *Pack) speak(ctx context.Context, w word) (sound, error) {
	var wav []byte
	var err error
	if _, recorded := p.recording(w); recorded {
		wav, err = os.ReadFile(p.config.Recordings.file(Phrase{w.language, w.text}))
	} else if engine, ok := p.config.Engines[w.language]; ok {
		wav, err = engine.Speak(ctx, w.language, w.text)
	} else {
		err = fmt.Errorf("no engine speaks %q", w.language)
	}
	if err != nil {
		return sound{}, err
	}
	s, err := decode(wav)
	if err != nil {
		return sound{}, err
	}
	return s.resample(wide).trim(), nil
}

func exists(file string) bool {
	_, err := os.Stat(file + narrowExtension)
	return err == nil
}

package voice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"okno/internal/dialogue"
)

// recipe is the version of how clips are made. A new one makes new clips, under new names.
const recipe = "2"

// renderLimit bounds the rendering of a clip that a caller waits for. It takes some 50 ms.
const renderLimit = 3 * time.Second

// espeakVoices are espeak-ng's names of the languages.
var espeakVoices = map[dialogue.Language]string{
	dialogue.Kazakh: "kk", dialogue.Russian: "ru", dialogue.English: "en-gb",
}

// Config says where a pack's sounds come from and go to.
type Config struct {
	Espeak string // the program espeak-ng
	Folder string // where rendered clips are kept
	// SeenAs is Folder as Asterisk sees it, if that is another path; default Folder.
	SeenAs string
	Log    zerolog.Logger
}

// Phrase is a stretch of words to be rendered ahead of time.
type Phrase struct {
	Language dialogue.Language
	Text     string
}

// Pack makes and keeps the clips of all languages. It is safe for concurrent use.
type Pack struct {
	config Config
}

// New returns a pack over its folder, which it fills as it is asked to.
func New(config Config) *Pack {
	if config.SeenAs == "" {
		config.SeenAs = config.Folder
	}
	return &Pack{config: config}
}

// Prepare renders what is missing: the phrases, every word of the grammars, and what Asterisk says when Okno is away. It
// returns the first failure, after trying all.
func (p *Pack) Prepare(ctx context.Context, phrases []Phrase) error {
	all := vocabulary()
	for _, phrase := range slices.Concat(phrases, unavailable, moment) {
		all = append(all, word{language: phrase.Language, text: phrase.Text})
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	begun := map[string]bool{}
	for _, w := range all {
		file := p.file(w)
		if begun[file] || exists(file) {
			continue
		}
		begun[file] = true
		work.Go(func() error { return p.render(ctx, w) })
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return p.joinUnavailable()
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

func (p *Pack) append(ctx context.Context, clips []string, w word) []string {
	file := p.file(w)
	if !exists(file) {
		ctx, cancel := context.WithTimeout(ctx, renderLimit)
		defer cancel()
		begun := time.Now()
		if err := p.render(ctx, w); err != nil {
			p.config.Log.Error().Err(err).Msg("clip left out")
			return clips
		}
		p.config.Log.Warn().Str("clip", filepath.Base(file)).Dur("took", time.Since(begun)).Msg("clip rendered while a caller waits")
	}
	name, _ := filepath.Rel(p.config.Folder, file)
	return append(clips, "sound:"+filepath.Join(p.config.SeenAs, strings.TrimSuffix(name, ".wav")))
}

// file is where the clip of a word is kept: its name says its content.
func (p *Pack) file(w word) string {
	if w.pause > 0 {
		return filepath.Join(p.config.Folder, fmt.Sprintf("pause-%d.wav", w.pause.Milliseconds()))
	}
	content := []string{recipe, espeakVoices[w.language], w.text}
	if w.slow {
		content = append(content, "slow")
	}
	sum := sha256.Sum256([]byte(strings.Join(content, "\x00")))
	return filepath.Join(p.config.Folder, string(w.language), hex.EncodeToString(sum[:12])+".wav")
}

func (p *Pack) render(ctx context.Context, w word) error {
	samples := quiet(w.pause)
	if w.pause == 0 {
		var err error
		if samples, err = p.synthesise(ctx, w.language, w.text); err != nil {
			return fmt.Errorf("render clip %s: %w", filepath.Base(p.file(w)), err)
		}
	}
	if w.slow {
		samples = append(samples, make([]float64, max(codeSlot-len(samples), 0))...)
	}
	return write(p.file(w), encode(samples))
}

// synthesise has espeak-ng speak. The text goes by a pipe: command lines are seen by everyone on the machine.
func (p *Pack) synthesise(ctx context.Context, l dialogue.Language, text string) ([]float64, error) {
	voice, ok := espeakVoices[l]
	if !ok {
		return nil, fmt.Errorf("no voice speaks %q", l)
	}
	// 145 words a minute: slower than its default, for a telephone and for old people
	cmd := exec.CommandContext(ctx, p.config.Espeak, "-v", voice, "-s", "145", "-b", "1", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text)
	var wav, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &wav, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("espeak-ng: %w: %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	samples, from, err := decode(wav.Bytes())
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w", err)
	}
	return level(trim(resample(samples, from))), nil
}

// write puts a file in its place whole, or not at all.
func write(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("keep clip: %w", err)
	}
	half, err := os.CreateTemp(filepath.Dir(file), ".half-*")
	if err != nil {
		return fmt.Errorf("keep clip: %w", err)
	}
	_, err = half.Write(content)
	err = errors.Join(err, half.Chmod(0o644), half.Close()) // CreateTemp makes it for us alone; Asterisk may be another user
	if err == nil {
		err = os.Rename(half.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("keep clip: %w", errors.Join(err, os.Remove(half.Name())))
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

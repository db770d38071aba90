package voice

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"okno/internal/dialogue"
)

// Recordings are what a person has recorded, in a folder: LANGUAGE/ID.wav, where the id is that of the text. They are kept as they were taken in:
// of one channel, trimmed, levelled, at the rate of the studio.
type Recordings struct{ Folder string }

// ID names a text: the beginning of a hash. Other words are another recording.
func (p Phrase) ID() string {
	sum := sha256.Sum256([]byte(p.Text))
	return hex.EncodeToString(sum[:6])
}

// FileName is what a studio calls the recording of a phrase: "ru-0f1e2d3c4b5a.wav".
func (p Phrase) FileName() string { return string(p.Language) + "-" + p.ID() + ".wav" }

func (r Recordings) file(p Phrase) string {
	return filepath.Join(r.Folder, string(p.Language), p.ID()+".wav")
}

// versions gives a hash of each recording of a language, by the text's id.
func (r Recordings) versions(l dialogue.Language) (map[string]string, error) {
	names, err := filepath.Glob(filepath.Join(r.Folder, string(l), "*.wav"))
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		found[strings.TrimSuffix(filepath.Base(name), ".wav")] = hex.EncodeToString(sum[:6])
	}
	return found, nil
}

// Problem is what is wrong with a file of a studio.
type Problem struct{ File, What string }

func (p Problem) String() string { return p.File + ": " + p.What }

// Import takes recordings in from a folder, by the names that the script gave them. All of it, or nothing: with a problem, or when it is a dry run, nothing
// is kept. What is there already under the same words is replaced.
func (r Recordings) Import(folder string, phrases []Phrase, dryRun bool) (taken int, problems []Problem, err error) {
	known := map[string]Phrase{}
	for _, p := range phrases {
		known[p.FileName()] = p
	}
	ready := map[string][]byte{}
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !strings.EqualFold(filepath.Ext(name), ".wav") {
			return nil // notes of the studio
		}
		short, _ := filepath.Rel(folder, name)
		phrase, ok := known[strings.ToLower(filepath.Base(name))]
		if !ok {
			problems = append(problems, Problem{short, "no phrase of the script has this name"})
			return nil
		}
		place := r.file(phrase)
		if _, twice := ready[place]; twice {
			problems = append(problems, Problem{short, "a second recording of this phrase"})
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sound, err := takeIn(content)
		if err != nil {
			problems = append(problems, Problem{short, err.Error()})
			return nil
		}
		ready[place] = encode(sound)
		return nil
	})
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(a.File, b.File) })
	if err != nil || len(problems) > 0 || dryRun {
		return len(ready), problems, err
	}
	// Written as a whole one by one: a folder that was taken in by half is taken in again.
	for place, content := range ready {
		err = errors.Join(err, write(place, content))
	}
	return len(ready), nil, err
}

const (
	shortest = 100 * time.Millisecond
	longest  = 3 * time.Minute
	faintest = -50 // LUFS: nobody spoke
	clipping = 8   // samples at full scale in a row: the microphone was too near
)

// takeIn makes a recording fit to be kept.
func takeIn(wav []byte) (sound, error) {
	s, err := decode(wav)
	if err != nil {
		return sound{}, err
	}
	row := 0
	for _, sample := range s.samples {
		if row++; math.Abs(sample) < 0.999 {
			row = 0
		}
		if row == clipping {
			return sound{}, errors.New("it is clipped: record it again, less loud")
		}
	}
	if loud := s.loudness(); loud < faintest || slices.Max(append(s.samples, 0)) == 0 {
		return sound{}, fmt.Errorf("it is silent (%.0f LUFS)", loud)
	}
	s = s.level().trim().level()
	if d := s.length() - lead - trail; d < shortest || d > longest {
		return sound{}, fmt.Errorf("it has %v of sound: %v to %v", d.Round(10*time.Millisecond), shortest, longest)
	}
	return s, nil
}

// Stale lists recordings of which no phrase has the words any more.
func (r Recordings) Stale(phrases []Phrase) ([]string, error) {
	known := map[string]bool{}
	for _, p := range phrases {
		known[r.file(p)] = true
	}
	var stale []string
	for _, l := range dialogue.Languages {
		names, err := filepath.Glob(filepath.Join(r.Folder, string(l), "*.wav"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !known[name] {
				stale = append(stale, name)
			}
		}
	}
	return stale, nil
}

// write puts a file in its place whole, or not at all.
func write(file string, content []byte) error {
	if before, err := os.ReadFile(file); err == nil && bytes.Equal(before, content) {
		return nil
	}
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

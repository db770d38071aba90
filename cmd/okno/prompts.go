package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/appointment"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/outbound"
	"okno/internal/postgres/store"
	"okno/ivr/voice"
)

type promptsCommand struct {
	List   promptsList   `cmd:"" help:"List every phrase that a caller may hear, and whether it is recorded, synthesised or missing."`
	Script promptsScript `cmd:"" help:"Write the script for a studio to standard output: every phrase of a language with its context and the name of its file."`
	Build  promptsBuild  `cmd:"" help:"Render every clip that is missing."`
	Check  promptsCheck  `cmd:"" help:"Find texts without a clip, clips that are too loud or too quiet, recordings that are missing or of no use any more."`
	Import promptsImport `cmd:"" help:"Take recordings in from a folder (WAV): trimmed, and all as loud. All of them, or nothing."`
}

// prompts are the phrases of a dialogue, of the catalogue and of the offices, and the pack that speaks them.
type prompts struct {
	overrides
	Dialogue string `type:"existingdir" help:"Folder with dialogue.yaml and texts/. Default: the dialogue that Okno comes with."`
	Language string `enum:"kk,ru,en,all" default:"all" help:"kk, ru, en or all."`
}

// phrases gives what the command line asks for.
func (c prompts) with(ctx context.Context, fn func(config, *voice.Pack, []voice.Line) error) error {
	d, _, err := dialogueFolder{c.Dialogue}.read()
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		services := catalogue.NewCache(db, nil, time.Now, zerolog.Nop())
		offices := appointment.NewCache(db, nil, zerolog.Nop())
		if err := errors.Join(services.Fill(ctx), offices.Fill(ctx)); err != nil {
			return err
		}
		lines := voice.Lines(d, map[string]voice.Speaking{spokenServices: services.Index(), spokenOffices: offices.Directory()}, cfg.Speech.hears())
		lines = slices.DeleteFunc(lines, func(l voice.Line) bool { return c.Language != "all" && string(l.Language) != c.Language })
		return fn(cfg, cfg.Voice.pack(zerolog.New(os.Stderr)), lines)
	})
}

type promptsList struct{ prompts }

func (c promptsList) Run(ctx context.Context) error {
	return c.with(ctx, func(_ config, pack *voice.Pack, lines []voice.Line) error {
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, line := range lines {
			clip, err := pack.Look(line.Phrase)
			if err != nil {
				return err
			}
			state := "missing"
			switch {
			case clip.Length > 0 && clip.Recorded:
				state = "recorded"
			case clip.Length > 0:
				state = "synthesised"
			}
			fmt.Fprintf(out, "%s\t%s\t%.1f s\t%s\t%s\t%s\n", line.FileName(), state, clip.Length.Seconds(), line.Of, line.Key, line.Text)
		}
		return out.Flush()
	})
}

type promptsScript struct {
	prompts
	HTML bool `help:"As a page to be read from; else CSV." name:"html"`
}

func (c promptsScript) Run(ctx context.Context) error {
	return c.with(ctx, func(_ config, _ *voice.Pack, lines []voice.Line) error {
		if c.HTML {
			return voice.WritePage(os.Stdout, dialogue.Language(c.Language), lines)
		}
		return voice.WriteCSV(os.Stdout, lines)
	})
}

type promptsBuild struct{ prompts }

func (c promptsBuild) Run(ctx context.Context) error {
	return c.with(ctx, func(_ config, pack *voice.Pack, lines []voice.Line) error {
		begun := time.Now()
		if err := pack.Prepare(ctx, phrasesOf(lines)); err != nil {
			return err
		}
		fmt.Printf("%d phrases have their clips (%.1f s)\n", len(lines), time.Since(begun).Seconds())
		return nil
	})
}

func phrasesOf(lines []voice.Line) []voice.Phrase {
	phrases := make([]voice.Phrase, len(lines))
	for i, line := range lines {
		phrases[i] = line.Phrase
	}
	return phrases
}

type promptsCheck struct{ prompts }

func (c promptsCheck) Run(ctx context.Context) error {
	return c.with(ctx, func(cfg config, pack *voice.Pack, lines []voice.Line) error {
		found := 0
		tell := func(format string, args ...any) {
			found++
			fmt.Printf(format+"\n", args...)
		}
		for _, line := range lines {
			clip, err := pack.Look(line.Phrase)
			switch {
			case err != nil:
				tell("%s: %v", line.FileName(), err)
			case clip.Length == 0:
				tell("%s: no clip of %q (%s %s): okno prompts build", line.FileName(), line.Text, line.Of, line.Key)
			case math.Abs(clip.Loudness-voice.Target) > voice.Tolerance:
				tell("%s: %.1f LUFS, and all clips have %.0f: record %q again", line.FileName(), clip.Loudness, voice.Target, line.Text)
			}
			if cfg.Voice.recorded(line.Language) && !clip.Recorded {
				tell("%s: %s is recorded, and %q (%s %s) is not", line.FileName(), line.Language, line.Text, line.Of, line.Key)
			}
		}
		if c.Language == "all" {
			stale, err := cfg.Voice.recordings().Stale(phrasesOf(lines))
			if err != nil {
				return err
			}
			for _, name := range stale {
				tell("%s: no phrase has these words any more", name)
			}
		}
		if found > 0 {
			return silentError{}
		}
		fmt.Printf("%d phrases, no problems\n", len(lines))
		return nil
	})
}

type promptsImport struct {
	prompts
	DryRun bool   `help:"Change nothing; say what would come of it."`
	Folder string `arg:"" type:"existingdir" help:"WAV files by the names of the script."`
}

func (c promptsImport) Run(ctx context.Context) error {
	return c.with(ctx, func(cfg config, _ *voice.Pack, lines []voice.Line) error {
		if cfg.Voice.Recordings == "" {
			return errors.New("voice.recordings says no folder for them")
		}
		taken, problems, err := cfg.Voice.recordings().Import(c.Folder, phrasesOf(lines), c.DryRun)
		if err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintln(os.Stderr, p)
		}
		if len(problems) > 0 {
			return silentError{}
		}
		fmt.Printf("%d recordings taken in%s\n", taken, dryRun(c.DryRun))
		return nil
	})
}

// The names under which what speaks is listed.
const (
	spokenServices = "catalogue"
	spokenOffices  = "offices"
)

// engineConfig is an engine of speech: a program or a service.
type engineConfig struct {
	Program   string   `yaml:"program"`
	Arguments []string `yaml:"arguments"`
	URL       string   `yaml:"url"`
	Voice     string   `yaml:"voice"`
	Token     string   `yaml:"token"`
	CA        string   `yaml:"ca"`
}

func (e engineConfig) engine() (voice.Engine, error) {
	if (e.Program == "") == (e.URL == "") {
		return nil, errors.New("says a program or a url, and not both")
	}
	if e.Program != "" {
		return voice.Program{Path: e.Program, Arguments: e.Arguments}, nil
	}
	if u, err := url.Parse(e.URL); err != nil || !outbound.Secure(u) {
		return nil, fmt.Errorf("the url %q is not HTTPS, and not on this machine", e.URL)
	}
	tls, err := outbound.TLS(e.CA)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tls
	return voice.Service{URL: e.URL, Name: e.Voice, Token: e.Token, Client: &http.Client{Transport: transport}}, nil
}

func (c voiceConfig) checkEngines() error {
	for l, e := range c.Engines {
		if !slices.Contains(dialogue.Languages, l) {
			return fmt.Errorf("voice.engines: %q is no language: kk, ru or en", l)
		}
		if _, err := e.engine(); err != nil {
			return fmt.Errorf("voice.engines: %s %w", l, err)
		}
	}
	for _, l := range c.Recorded {
		if !slices.Contains(dialogue.Languages, l) {
			return fmt.Errorf("voice.recorded: %q is no language: kk, ru or en", l)
		}
	}
	if len(c.Recorded) > 0 && c.Recordings == "" {
		return errors.New("voice.recorded names languages, and voice.recordings no folder")
	}
	return nil
}

// telephonePack is the pack of a machine that has telephones; nil: it has none.
func (c voiceConfig) telephonePack(log zerolog.Logger) *voice.Pack {
	if len(c.Asterisks) == 0 {
		return nil
	}
	return c.pack(log)
}

// pack is the pack of prompts that the configuration describes, which has been checked.
func (c voiceConfig) pack(log zerolog.Logger) *voice.Pack {
	engines := voice.Espeak(c.Espeak)
	for l, e := range c.Engines {
		engines[l], _ = e.engine()
	}
	return voice.New(voice.Config{Engines: engines, Folder: c.Clips, Recordings: c.recordings(), Recorded: c.Recorded, Log: log})
}

func (c voiceConfig) recordings() voice.Recordings {
	return voice.Recordings{Folder: filepath.Clean(c.Recordings)}
}

func (c voiceConfig) recorded(l dialogue.Language) bool { return slices.Contains(c.Recorded, l) }

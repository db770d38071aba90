package conversation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/otp"
)

// Catalogue answers from the newest catalogue.
type Catalogue interface {
	Index() *catalogue.Index
}

// Dialogues gives dialogues by version.
type Dialogues interface {
	Current() *dialogue.Definition
	// Version gives the definition that a session began with.
	Version(ctx context.Context, version string) (*dialogue.Definition, error)
}

// Engine carries dialogues through. It holds no state of its own.
type Engine struct {
	dialogues Dialogues
	catalogue Catalogue
	vault     *otp.Vault
	writing   Writing
	clock     func() time.Time
	log       zerolog.Logger
	proving   Proving
	offices   Offices
	hears     []dialogue.Language
}

// Writing is what the channels in writing know of a text.
type Writing struct {
	Segments func(text string) int            // of an SMS
	Pages    func(text, more string) []string // of USSD, one at least; more ends each but the last
	// Form, where given, is that in which a text of the dialogue goes by SMS, by its lane or the choice that the dialogue makes.
	Form func(lane message.Lane, language dialogue.Language, choice dialogue.Transliteration, text string) string
}

func (w Writing) form(lane message.Lane, language dialogue.Language, choice dialogue.Transliteration, text string) string {
	if w.Form == nil {
		return text
	}
	return w.Form(lane, language, choice, text)
}

// NewEngine takes its parts.
func NewEngine(d Dialogues, c Catalogue, vault *otp.Vault, writing Writing, clock func() time.Time, log zerolog.Logger) *Engine {
	return &Engine{dialogues: d, catalogue: c, vault: vault, writing: writing, clock: clock, log: log}
}

// Hears has callers be told, in these languages, that they may say what others key.
func (e *Engine) Hears(languages []dialogue.Language) { e.hears = languages }

// began gives the state of a session that begins.
func (e *Engine) began(d *dialogue.Definition, channel dialogue.Channel, known dialogue.Language, slots map[string]dialogue.Value) dialogue.State {
	s := d.Begin(channel, known, slots)
	if channel == dialogue.Voice {
		s.Hears = e.hears
	}
	return s
}

// Caller is where an interaction comes from.
type Caller struct {
	Number string // E.164, or "" when withheld
	// Vouched says that the network vouches for the number. The number of any other call is a claim, which proves nothing.
	Vouched bool
}

// Begin opens an interaction with its session, and gives Okno's first turn.
func (e *Engine) Begin(ctx context.Context, w Work, channel dialogue.Channel, from Caller) (Turn, error) {
	return e.begin(ctx, w, channel, from, "")
}

// begin is Begin; ussdSession is the operator's id of a USSD session, or "".
func (e *Engine) begin(ctx context.Context, w Work, channel dialogue.Channel, from Caller, ussdSession string) (Turn, error) {
	definition, interaction, s, err := e.open(ctx, w, channel, from, "")
	if err != nil {
		return Turn{}, err
	}
	s.USSDSession = ussdSession
	if err := w.AddSession(ctx, interaction.ID, s); err != nil {
		return Turn{}, err
	}
	return e.advance(ctx, w, definition, interaction, s, dialogue.Input{Kind: dialogue.Started})
}

// open opens an interaction, with a session that is still to be kept. l is its language; "": the one that the citizen has chosen.
func (e *Engine) open(ctx context.Context, w Work, channel dialogue.Channel, from Caller, l dialogue.Language) (*dialogue.Definition, Interaction, Session, error) {
	known, err := w.Known(ctx, from.Number)
	if err != nil {
		return nil, Interaction{}, Session{}, err
	}
	proved := citizen.Nobody
	if from.Vouched {
		proved = known.Verification()
		if known.Binding != 0 && e.clock().Sub(known.HeardAt) >= citizen.HeardEvery {
			if err := w.Heard(ctx, known.Binding); err != nil {
				return nil, Interaction{}, Session{}, err
			}
		}
	}
	definition := e.dialogues.Current()
	s := Session{State: e.began(definition, channel, cmp.Or(l, known.Language), nil)}
	interaction := Interaction{Channel: channel, Number: from.Number, CitizenID: known.CitizenID, Verification: proved, Language: s.Language,
		Dialogue: definition.Version}
	interaction.ID, err = w.OpenInteraction(ctx, interaction)
	return definition, interaction, s, err
}

// Say gives again the turn that [Engine.Answer] or [Engine.GoOn] came to, for whoever speaks it. The transcript has it already.
func (e *Engine) Say(ctx context.Context, w Work, interaction int64) (Turn, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return Turn{}, err
	}
	return e.take(ctx, w, d, i, s, dialogue.Input{Kind: dialogue.Resumed}, true)
}

// Advance gives what follows from an input. [ErrNoSession]; [dialogue.ErrStale] for the outcome of an effect that is no
// longer awaited.
func (e *Engine) Advance(ctx context.Context, w Work, interaction int64, in dialogue.Input) (Turn, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return Turn{}, err
	}
	return e.advance(ctx, w, d, i, s, in)
}

// Nobody tells that no agent will come in the queue that the session waits in: when it opens, if its hours are over. [dialogue.ErrStale] when the
// session waits for nothing.
func (e *Engine) Nobody(ctx context.Context, w Work, interaction int64, queue string) (Turn, error) {
	given, err := afterHours(ctx, w, queue, nobody)
	if err != nil {
		return Turn{}, err
	}
	return e.answer(ctx, w, interaction, given)
}

// Answer gives the outcome of whatever the session waits for: a queue's, for the most part.
func (e *Engine) Answer(ctx context.Context, w Work, interaction int64, outcome string) (Turn, error) {
	return e.answer(ctx, w, interaction, result{outcome: outcome})
}

func (e *Engine) answer(ctx context.Context, w Work, interaction int64, given result) (Turn, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return Turn{}, err
	}
	if s.Pending == nil {
		return Turn{}, dialogue.ErrStale
	}
	a, err := actionOf(s.Pending.Action)
	if err != nil {
		return Turn{}, err
	}
	if err := a.declares(given); err != nil {
		return Turn{}, err
	}
	return e.advance(ctx, w, d, i, s, outcomeOf(s.Pending, given))
}

// GoOn carries out again what the session waits for: the answers have come, or were waited for long enough. [dialogue.ErrStale] when it waits for
// nothing, or still does; and by USSD, where the phone has to ask for a page.
func (e *Engine) GoOn(ctx context.Context, w Work, interaction int64) (Turn, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return Turn{}, err
	}
	if i.Channel == dialogue.USSD {
		return Turn{}, dialogue.ErrStale
	}
	return e.goOn(ctx, w, d, i, s)
}

func (e *Engine) goOn(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session) (Turn, error) {
	if !s.asks() {
		return Turn{}, dialogue.ErrStale
	}
	i.Language = s.Language
	in, err := e.act(ctx, w, d, &i, s.Pending)
	if err != nil {
		return Turn{}, fmt.Errorf("%s for interaction %d: %w", s.Pending.Action, i.ID, err)
	}
	if in == nil {
		return Turn{}, dialogue.ErrStale
	}
	s.Said = nil // the citizen was told that before the wait
	return e.advance(ctx, w, d, i, s, *in)
}

// session locks an interaction's session, and gives the dialogue that it began with.
func (e *Engine) session(ctx context.Context, w Work, interaction int64) (*dialogue.Definition, Interaction, Session, error) {
	i, s, err := w.LockSession(ctx, interaction)
	if err != nil {
		return nil, i, s, err
	}
	d, err := e.dialogues.Version(ctx, s.Version)
	return d, i, s, err
}

// mostActions bounds a turn, as a dialogue's own bound does a step.
const mostActions = 32

// advance steps the dialogue until it waits for the citizen, carries out what the steps ask for, and keeps all of it.
func (e *Engine) advance(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session, in dialogue.Input) (Turn, error) {
	return e.take(ctx, w, d, i, s, in, false)
}

// take is advance; transcribed says that the transcript has what is said.
func (e *Engine) take(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session, in dialogue.Input, transcribed bool) (Turn, error) {
	turn := Turn{Interaction: i.ID, Number: i.Number}
	was, chosen, stops, quiet := s.Language, false, false, false
	lines := done(in, d.Secret(s.State))
	// What the citizen did stands before the lines of actions. Where there is no action, all lines of a turn are added together.
	add := func() error {
		adding := lines
		lines = nil
		return w.AddEntries(ctx, i.ID, adding...)
	}
	if in.Kind == dialogue.Text {
		if err := add(); err != nil {
			return Turn{}, err
		}
	}
	said, err := e.aside(ctx, w, d, i, s, in)
	if err != nil {
		return Turn{}, err
	}
	for range mostActions {
		result, err := d.Step(s.State, in)
		if err != nil {
			return Turn{}, fmt.Errorf("step interaction %d: %w", i.ID, err)
		}
		s.State, turn.Expect, chosen = result.State, result.Expect, chosen || result.Chosen
		if result.Refused > 0 {
			turn.Refused = len(said) + result.Refused
		}
		said = append(said, result.Utterances...)
		if result.Effect == nil || in.Kind == dialogue.Resumed && result.Effect.Action == dialogue.QueueAction {
			break
		}
		i.Language = s.Language
		if result.Effect.Action == stopNotices {
			stops = true
			if quiet, err = e.confirmed(ctx, w, i); err != nil {
				return Turn{}, err
			}
		}
		if err := add(); err != nil {
			return Turn{}, err
		}
		answer, err := e.act(ctx, w, d, &i, result.Effect)
		if err != nil {
			return Turn{}, fmt.Errorf("%s for interaction %d: %w", result.Effect.Action, i.ID, err)
		}
		if answer == nil {
			break // it takes its time: the outcome comes by Answer
		}
		in = *answer
	}
	turn.Language = s.Language
	// STOP is one word, often of another language or not from the citizen at all: it chooses none.
	if (chosen || s.Language != was) && i.Number != "" && !stops {
		if err := w.SetLanguage(ctx, i.Number, s.Language); err != nil {
			return Turn{}, err
		}
	}
	if quiet {
		said = nil
	}
	keys := make([]string, len(said))
	spoke := false
	for n, u := range said {
		if line := e.say(d, i, u, &turn); line.Body != "" && !transcribed {
			lines, spoke = append(lines, line), true
		}
		keys[n] = u.Key
	}
	if spoke && in.Kind != dialogue.Waited { // whoever waits stays where the queue was joined
		lines[len(lines)-1].Node = s.Node
	}
	turn.Transliteration = d.Transliteration(keys...)
	if i.Channel == dialogue.USSD {
		if s.asks() {
			turn.Written = append(turn.Written, askingPage(d, i.Channel, s.Language))
		}
		pages := e.writing.Pages(strings.Join(turn.Written, "\n"), d.More(s.Language, i.Channel))
		turn.Page, s.Unseen = pages[0], pages[1:]
	}
	if err := w.SaveTurn(ctx, i.ID, s, lines...); err != nil {
		return Turn{}, err
	}
	turn.told = s.Told
	if in.Kind == dialogue.Hangup {
		return turn, nil
	}
	if turn.Over = s.Ended && len(s.Unseen) == 0; turn.Over {
		return turn, w.EndInteraction(ctx, i.ID, SelfService)
	}
	return turn, nil
}

// say renders an utterance for the channel, and gives its line of the transcript without what is secret.
func (e *Engine) say(d *dialogue.Definition, i Interaction, u dialogue.Utterance, turn *Turn) Entry {
	entry := Entry{Speaker: Okno}
	switch i.Channel {
	case dialogue.Voice:
		fragments := d.Texts.Speak(u)
		turn.Spoken, turn.Said = append(turn.Spoken, fragments), append(turn.Said, u)
		entry.Kind, entry.Body = "said", d.Texts.Transcript(u)
	case dialogue.SMS, dialogue.USSD:
		text := d.Texts.WriteOn(i.Channel, u)
		turn.Written = append(turn.Written, text)
		entry.Kind, entry.Body = "wrote", text
	}
	return entry
}

// done is the line of what the citizen did, if anything, without what is secret.
func done(in dialogue.Input, secret bool) []Entry {
	entry := Entry{Speaker: Citizen}
	switch in.Kind {
	case dialogue.Keys:
		entry.Kind, entry.Body = "keyed", in.Keys
		if in.Said {
			entry.Kind = "said"
		}
	case dialogue.Text:
		entry.Kind, entry.Body = "wrote", in.Text
	case dialogue.Hangup:
		entry.Kind, entry.Body = "did", "hangup"
	}
	if entry.Body == "" {
		return nil
	}
	if secret {
		entry.Body = dotted(entry.Body)
	}
	return []Entry{entry}
}

// dotted hides the digits of an answer that is a secret. A command in its place is still to be read.
func dotted(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '•'
		}
		return r
	}, s)
}

// Leave tells the dialogue that the citizen of a call has gone, and gives the outcome as far as the dialogue knows it; whoever tells
// it ends the interaction. [ErrNoSession].
func (e *Engine) Leave(ctx context.Context, w Work, interaction int64) (Outcome, error) {
	turn, err := e.Advance(ctx, w, interaction, dialogue.Input{Kind: dialogue.Hangup})
	if err != nil || turn.told {
		return SelfService, err
	}
	return Incomplete, nil
}

// IsStale says whether an error means only that something else was faster.
func IsStale(err error) bool {
	return errors.Is(err, dialogue.ErrStale) || errors.Is(err, ErrNoSession)
}

// Package tryout holds a conversation with a dialogue that nobody meets yet: on the sample region, in memory, without a database or a
// telephone. What it answers depends on what was given alone, so whoever keeps the inputs can hold the conversation anew.
package tryout

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/sample"
	"okno/internal/words"
)

// Tryout is one conversation.
type Tryout struct {
	engine  *conversation.Engine
	world   *world
	channel dialogue.Channel
	from    string
	turn    conversation.Turn // of a call
}

// Heard is what the citizen gets, and what is awaited then.
type Heard struct {
	Said   []string     // by phone
	Page   string       // by USSD
	Sent   []message.MT // SMS, by whatever channel
	Expect dialogue.Expectation
	Node   string // at which the dialogue waits
	Over   bool
}

// New is a conversation by a channel, from a number; sample citizens have +77010000001 to +77010000004.
func New(d *dialogue.Definition, channel dialogue.Channel, from string, writing conversation.Writing) (*Tryout, error) {
	file, err := sample.Catalogue()
	if err != nil {
		return nil, err
	}
	services, problems := file.Check(writing.Segments, nil)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	vault, err := otp.NewVault([]byte("only for trying"))
	if err != nil {
		return nil, err
	}
	w, err := newWorld(services, time.Now())
	if err != nil {
		return nil, err
	}
	engine := conversation.NewEngine(oneDialogue{d}, oneIndex{catalogue.NewIndex(services, nil, time.Now)}, vault, writing, time.Now, zerolog.Nop())
	directory, err := sampleOffices()
	if err != nil {
		return nil, err
	}
	engine.Visits(directory)
	return &Tryout{engine: engine, world: w, channel: channel, from: from}, nil
}

// Cases gives the numbers of the cases that a sample citizen has.
func (t *Tryout) Cases() []string { return t.world.numbersOf(t.from) }

// Begin calls, or dials; by SMS nothing comes before something is written.
func (t *Tryout) Begin(ctx context.Context) (h Heard, err error) {
	switch t.channel {
	case dialogue.Voice:
		t.turn, err = t.engine.Begin(ctx, t.world, dialogue.Voice, conversation.Caller{Number: t.from, Vouched: true})
		return t.called(), err
	case dialogue.USSD:
		return t.dialled(t.engine.Dial(ctx, t.world, message.Dialled{Number: t.from, Began: true}))
	}
	return Heard{}, nil
}

// Give gives what the citizen keys or writes: by phone a line is keys, or words where those may be said, an empty one silence, and whoever waits for an operator is served by any.
func (t *Tryout) Give(ctx context.Context, line string) (h Heard, err error) {
	switch t.channel {
	case dialogue.Voice:
		if t.turn.Expect.Queue {
			t.turn, err = t.engine.Answer(ctx, t.world, t.turn.Interaction, "served")
		} else {
			t.turn, err = t.engine.Advance(ctx, t.world, t.turn.Interaction, keyed(line, t.turn.Expect))
		}
		return t.called(), err
	case dialogue.USSD:
		return t.dialled(t.engine.Dial(ctx, t.world, message.Dialled{Number: t.from, Text: line}))
	}
	_, err = t.engine.Handle(ctx, t.world, message.MO{Source: t.from, Text: line})
	return t.heard(), err
}

func (t *Tryout) heard() Heard {
	return Heard{Said: t.world.takeSaid(), Sent: t.world.takeSent(), Node: t.world.session.Node}
}

func (t *Tryout) called() Heard {
	h := t.heard()
	h.Expect, h.Over = t.turn.Expect, t.turn.Expect.Kind == dialogue.ExpectNothing
	return h
}

func (t *Tryout) dialled(page message.Page, err error) (Heard, error) {
	h := t.heard()
	h.Page, h.Over = page.Text, page.Last
	return h, err
}

// keyed makes of a line what a phone would hear.
func keyed(line string, e dialogue.Expectation) dialogue.Input {
	line = strings.TrimSpace(line)
	if line == "" {
		return dialogue.Input{Kind: dialogue.Silence}
	}
	if e.Spoken != nil && strings.Trim(line, "0123456789*#") != "" {
		meant, ok := e.Spoken.Meaning(words.All(words.Normalise(line)))
		if !ok { // what means nothing here is not heard
			return dialogue.Input{Kind: dialogue.Silence}
		}
		return dialogue.Input{Kind: dialogue.Keys, Keys: meant.Keys, Said: true, Choice: meant.Choice}
	}
	if e.Kind == dialogue.ExpectDigits {
		line = strings.TrimSuffix(line, e.Terminator)
	}
	return dialogue.Input{Kind: dialogue.Keys, Keys: line}
}

type oneDialogue struct{ d *dialogue.Definition }

func (o oneDialogue) Current() *dialogue.Definition { return o.d }
func (o oneDialogue) Version(context.Context, string) (*dialogue.Definition, error) {
	return o.d, nil
}

type oneIndex struct{ index *catalogue.Index }

func (o oneIndex) Index() *catalogue.Index { return o.index }

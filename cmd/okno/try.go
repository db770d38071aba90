package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/sample"
	"okno/sms"
	"okno/sms/text"
)

type dialogueTry struct {
	dialogueFolder
	SMS  bool   `help:"By SMS: write a message a line."`
	USSD bool   `help:"By USSD: key an answer a line."`
	From string `default:"+77010000002" help:"The citizen's number; sample citizens have +77010000001 to +77010000004."`
}

// Run holds a conversation on the sample region, in memory: no database, no telephone.
func (c dialogueTry) Run(ctx context.Context) error {
	d, _, err := c.checked()
	if err != nil {
		return err
	}
	t, err := newTry(d, c.From, os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "You are %s.\n", c.From)
	if mine := t.world.numbersOf(c.From); len(mine) > 0 {
		fmt.Fprintf(t.out, "Your cases are %s.\n", strings.Join(mine, ", "))
	}
	switch {
	case c.SMS:
		return t.text(ctx)
	case c.USSD:
		return t.dial(ctx)
	}
	return t.call(ctx)
}

// try is a conversation in the terminal.
type try struct {
	engine *conversation.Engine
	world  *tryWorld
	from   string
	in     *bufio.Scanner
	out    io.Writer
	d      *dialogue.Definition
}

func newTry(d *dialogue.Definition, from string, in io.Reader, out io.Writer) (t try, err error) {
	file, err := sample.Catalogue()
	if err != nil {
		return t, err
	}
	services, problems := file.Check(text.Segments, nil)
	if len(problems) > 0 {
		return t, errors.Join(problems...)
	}
	vault, err := otp.NewVault([]byte("only for trying"))
	if err != nil {
		return t, err
	}
	world, err := newTryWorld(time.Now())
	if err != nil {
		return t, err
	}
	engine := conversation.NewEngine(oneDialogue{d}, oneIndex{catalogue.NewIndex(services, nil, time.Now)}, vault, sms.Config{}.Writing(), time.Now, zerolog.Nop())
	offices, err := sampleOffices()
	if err != nil {
		return t, err
	}
	engine.Visits(offices)
	return try{engine: engine, world: world, from: from, in: bufio.NewScanner(in), out: out, d: d}, nil
}

func (t try) text(ctx context.Context) error {
	fmt.Fprintln(t.out, `Write a message a line, signs that cannot be seen as \n, \u00a0; end with Ctrl-D.`)
	for t.line("> ") {
		if _, err := t.engine.Handle(ctx, t.world, message.MO{Source: t.from, Text: unescaped(t.in.Text())}); err != nil {
			return err
		}
		for _, m := range t.world.takeSent() {
			fmt.Fprintf(t.out, "%s\n  (%d segments)\n", m.Text, m.Segments)
		}
	}
	return t.in.Err()
}

// unescaped gives a line with the signs that it names as in Go: \n, \t, \u200b. A line that names none is as it stands.
func unescaped(line string) string {
	if text, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`); err == nil {
		return text
	}
	return line
}

func (t try) dial(ctx context.Context) error {
	fmt.Fprintln(t.out, "Key an answer a line, as your phone's screen says; end with Ctrl-D.")
	page, err := t.engine.Dial(ctx, t.world, message.Dialled{Number: t.from, Began: true})
	for err == nil {
		fmt.Fprintf(t.out, "┌\n%s\n└\n", page.Text)
		for _, m := range t.world.takeSent() {
			fmt.Fprintf(t.out, "✉ %s\n", m.Text)
		}
		if page.Last || !t.line("> ") {
			return t.in.Err()
		}
		page, err = t.engine.Dial(ctx, t.world, message.Dialled{Number: t.from, Text: t.in.Text()})
	}
	return err
}

func (t try) call(ctx context.Context) error {
	fmt.Fprintln(t.out, "Type keys and Enter; an empty line is silence; end with Ctrl-D.")
	turn, err := t.engine.Begin(ctx, t.world, dialogue.Voice, conversation.Caller{Number: t.from, Vouched: true})
	for err == nil {
		for _, entry := range t.world.takeSaid() {
			fmt.Fprintf(t.out, "♪ %s\n", entry)
		}
		for _, m := range t.world.takeSent() {
			fmt.Fprintf(t.out, "✉ %s\n", m.Text)
		}
		switch {
		case turn.Expect.Kind == dialogue.ExpectNothing:
			return nil
		case turn.Expect.Queue:
			fmt.Fprintln(t.out, "(you wait for an operator; Enter: one has served you)")
			if !t.line("> ") {
				return t.in.Err()
			}
			turn, err = t.engine.Answer(ctx, t.world, turn.Interaction, "served")
		default:
			if !t.line(fmt.Sprintf("[%s] > ", promptOf(turn.Expect))) {
				return t.in.Err()
			}
			turn, err = t.engine.Advance(ctx, t.world, turn.Interaction, keyed(t.in.Text(), turn.Expect))
		}
	}
	return err
}

func (t try) line(prompt string) bool {
	fmt.Fprint(t.out, prompt)
	return t.in.Scan()
}

func promptOf(e dialogue.Expectation) string {
	if e.Kind == dialogue.ExpectDigits {
		return fmt.Sprintf("%d digits", e.MaxDigits)
	}
	return e.Keys
}

// keyed makes of a line what a phone would hear.
func keyed(line string, e dialogue.Expectation) dialogue.Input {
	line = strings.TrimSpace(line)
	if line == "" {
		return dialogue.Input{Kind: dialogue.Silence}
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

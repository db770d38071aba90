package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/tryout"
	"okno/sms"
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
	channel := dialogue.Voice
	switch {
	case c.SMS:
		channel = dialogue.SMS
	case c.USSD:
		channel = dialogue.USSD
	}
	t, err := newTry(d, channel, c.From, os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "You are %s.\n", c.From)
	if mine := t.Cases(); len(mine) > 0 {
		fmt.Fprintf(t.out, "Your cases are %s.\n", strings.Join(mine, ", "))
	}
	return t.run(ctx)
}

// try is a conversation in the terminal.
type try struct {
	*tryout.Tryout
	channel dialogue.Channel
	in      *bufio.Scanner
	out     io.Writer
}

func newTry(d *dialogue.Definition, channel dialogue.Channel, from string, in io.Reader, out io.Writer) (try, error) {
	t, err := tryout.New(d, channel, from, sms.Config{}.Writing())
	return try{Tryout: t, channel: channel, in: bufio.NewScanner(in), out: out}, err
}

// how tells how each channel is tried.
var how = map[dialogue.Channel]string{
	dialogue.Voice: "Type keys, or words where they may be said, and Enter; an empty line is silence; end with Ctrl-D.",
	dialogue.SMS:   `Write a message a line, signs that cannot be seen as \n, \u00a0; end with Ctrl-D.`,
	dialogue.USSD:  "Key an answer a line, as your phone's screen says; end with Ctrl-D.",
}

func (t try) run(ctx context.Context) error {
	fmt.Fprintln(t.out, how[t.channel])
	heard, err := t.Begin(ctx)
	for err == nil {
		t.show(heard)
		if heard.Over || !t.line(t.prompt(heard.Expect)) {
			return t.in.Err()
		}
		line := t.in.Text()
		if t.channel == dialogue.SMS {
			line = unescaped(line)
		}
		heard, err = t.Give(ctx, line)
	}
	return err
}

func (t try) show(h tryout.Heard) {
	for _, entry := range h.Said {
		if t.channel == dialogue.Voice {
			fmt.Fprintf(t.out, "♪ %s\n", entry)
		}
	}
	if t.channel == dialogue.USSD {
		fmt.Fprintf(t.out, "┌\n%s\n└\n", h.Page)
	}
	for _, m := range h.Sent {
		if t.channel == dialogue.SMS {
			fmt.Fprintf(t.out, "%s\n  (%d segments)\n", m.Text, m.Segments)
		} else {
			fmt.Fprintf(t.out, "✉ %s\n", m.Text)
		}
	}
}

func (t try) prompt(e dialogue.Expectation) string {
	switch {
	case t.channel != dialogue.Voice:
		return "> "
	case e.Queue:
		fmt.Fprintln(t.out, "(you wait for an operator; Enter: one has served you)")
		return "> "
	case e.Kind == dialogue.ExpectDigits:
		return fmt.Sprintf("[%d digits] > ", e.MaxDigits)
	}
	return fmt.Sprintf("[%s] > ", e.Keys)
}

func (t try) line(prompt string) bool {
	fmt.Fprint(t.out, prompt)
	return t.in.Scan()
}

// unescaped gives a line with the signs that it names as in Go: \n, \t, \u200b. A line that names none is as it stands.
func unescaped(line string) string {
	if text, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`); err == nil {
		return text
	}
	return line
}

package agentdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"okno/internal/access"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/publication"
	"okno/internal/tryout"
)

// A tryout is held anew from its inputs at each request: no node keeps one, and a reload loses none. These bound what one may cost.
const (
	mostTryouts  = 2                // at once on a node
	mostInputs   = 100              // of one
	mostInput    = 2000             // bytes of one: a long letter by SMS
	tryingWithin = 20 * time.Second // it takes some 100 ms, and seconds where the machine has no time
)

var errTryouts error = &fault.Error{Kind: fault.Unavailable, Text: "others try dialogues out; try again"}

// tryDialogue holds a conversation with a dialogue on the sample region, by phone, SMS or USSD, and gives what the citizen got after each input.
func (d *Desk) tryDialogue(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Files   map[string]string `json:"files"`
		Channel dialogue.Channel  `json:"channel"`
		From    string            `json:"from"`
		Inputs  []string          `json:"inputs"`
	}
	_, err := d.allowed(r, access.EditDialogues)
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostFiles, false, &body))
	}
	long := func(input string) bool { return len(input) > mostInput }
	if err == nil && (!slices.Contains(dialogue.Channels, body.Channel) || len(body.Inputs) > mostInputs || slices.ContainsFunc(body.Inputs, long)) {
		err = errCommand
	}
	var answer object
	if err == nil {
		ctx, cancel := context.WithTimeout(r.Context(), tryingWithin)
		defer cancel()
		select {
		case d.trying <- struct{}{}:
			defer func() { <-d.trying }()
			answer, err = d.holdTryout(ctx, body.Files, body.Channel, body.From, body.Inputs)
		case <-ctx.Done():
			err = errTryouts
		}
	}
	d.answerWith(w, answer, err)
}

// holdTryout holds it until the dialogue is over, or all is given. [publication.ErrFindings].
func (d *Desk) holdTryout(ctx context.Context, files map[string]string, channel dialogue.Channel, from string, inputs []string) (object, error) {
	definition, err := publication.Read(files, d.Vocabulary)
	if err != nil {
		return nil, err
	}
	t, err := tryout.New(definition, channel, from, d.Writing)
	if err != nil {
		return nil, err
	}
	heard, err := t.Begin(ctx)
	turns := []object{heardJSON(heard, "")}
	for _, input := range inputs {
		if err != nil || heard.Over {
			break
		}
		if err = ctx.Err(); err == nil {
			heard, err = t.Give(ctx, input)
			turns = append(turns, heardJSON(heard, input))
		}
	}
	return object{"cases": orNone(t.Cases()), "turns": turns, "node": heard.Node, "over": heard.Over, "keys": heard.Expect.Keys,
		"digits": heard.Expect.MaxDigits, "queue": heard.Expect.Queue}, err
}

func heardJSON(h tryout.Heard, input string) object {
	sent := make([]object, 0, len(h.Sent))
	for _, m := range h.Sent {
		sent = append(sent, object{"text": m.Text, "segments": m.Segments})
	}
	return object{"input": input, "said": orNone(h.Said), "page": h.Page, "sent": sent}
}

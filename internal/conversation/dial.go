package conversation

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/message"
)

// ussdIdle is how long a USSD session lasts without a word. Networks give up sooner, and do not always say so.
const ussdIdle = 3 * time.Minute

// Dial takes what a citizen did in a USSD session, and gives the page to be shown: the step that follows and its effects are
// part of the same unit of work. Of a session that nobody knows any more, the first page is shown again.
func (e *Engine) Dial(ctx context.Context, w Work, in message.Dialled) (message.Page, error) {
	id, activeAt, found, err := w.OpenOn(ctx, dialogue.USSD, in.Number)
	if err != nil {
		return message.Page{}, err
	}
	if found {
		d, i, s, err := e.session(ctx, w, id)
		if err != nil {
			return message.Page{}, err
		}
		goesOn := !in.Began && !in.Left && e.clock().Sub(activeAt) <= ussdIdle && s.USSDSession == in.Session
		switch more := in.Text == dialogue.KeyMore && len(s.Unseen) > 0; {
		case goesOn && more:
			return e.turnPage(ctx, w, i, s)
		case goesOn && s.asks():
			turn, err := e.goOn(ctx, w, d, i, s)
			if errors.Is(err, dialogue.ErrStale) { // the agency still thinks
				return message.Page{Text: askingPage(d, i.Channel, s.Language)}, nil
			}
			return pageOf(turn, err)
		case goesOn && !s.Ended:
			return pageOf(e.advance(ctx, w, d, i, s, keyed(in.Text)))
		}
		if err := w.EndInteraction(ctx, id, SelfService); err != nil {
			return message.Page{}, err
		}
	}
	if in.Left {
		return message.Page{Last: true}, nil
	}
	return pageOf(e.begin(ctx, w, dialogue.USSD, Caller{Number: in.Number, Vouched: true}, in.Session))
}

// askingText says that an agency is asked.
const askingText = "common.asking"

// askingPage is what is shown while an agency is asked: the phone can ask for more, and Okno cannot show more by itself.
func askingPage(d *dialogue.Definition, c dialogue.Channel, l dialogue.Language) string {
	return d.Texts.Line(l, askingText) + "\n" + d.More(l, c)
}

func pageOf(turn Turn, err error) (message.Page, error) {
	return message.Page{Text: turn.Page, Last: turn.Over}, err
}

// keyed makes keys of what a phone's keypad has, and words of anything else.
func keyed(text string) dialogue.Input {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789*#") == "" {
		return dialogue.Input{Kind: dialogue.Keys, Keys: text}
	}
	return dialogue.Input{Kind: dialogue.Text, Text: text}
}

// turnPage shows the next page of what was said.
func (e *Engine) turnPage(ctx context.Context, w Work, i Interaction, s Session) (message.Page, error) {
	page := message.Page{Text: s.Unseen[0]}
	s.Unseen = s.Unseen[1:]
	if err := w.AddEntries(ctx, i.ID, Entry{Speaker: Citizen, Kind: "keyed", Body: dialogue.KeyMore}); err != nil {
		return message.Page{}, err
	}
	if page.Last = s.Ended && len(s.Unseen) == 0; page.Last {
		return page, w.EndInteraction(ctx, i.ID, SelfService)
	}
	return page, w.SaveSession(ctx, i.ID, s)
}

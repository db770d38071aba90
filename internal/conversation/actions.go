package conversation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// act carries out an effect and gives its outcome as the next input, or nil if the outcome comes later.
func (e *Engine) act(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, effect *dialogue.Effect) (*dialogue.Input, error) {
	var name string
	var values map[string]dialogue.Value
	var err error
	switch effect.Action {
	case dialogue.QueueAction:
		name, err = e.joinQueue(ctx, w, i, effect)
	case "service.find":
		query := effect.With["query"].Text
		if effect.With["asked"].Text != "" {
			query = askedCode(query)
		}
		name, values = e.findService(d, i.Language, query)
	case "service.categories":
		name, values = e.categories(d, i.Language)
	case "service.in_category":
		name, values = "found", matches("matches", e.catalogue.Index().In(effect.With["category"].Text), i.Language)
	case "case.status":
		name, values, err = e.caseStatus(ctx, w, i, effect.With["case"].Text)
	case "words.correct":
		name, values = e.correct(d, i.Language, effect.With["text"].Text)
	case "passcode.fetch":
		name, values, err = e.fetchPasscode(ctx, w, i)
	case "appeal.open":
		name, values, err = e.openCase(ctx, w, i, cases.Appeal, "")
	case "appeal.file":
		name, values, err = e.openCase(ctx, w, i, cases.Appeal, effect.With["text"].Text)
	case "callback.open":
		if name = "no_number"; i.Number != "" {
			name, values, err = e.openCase(ctx, w, i, cases.Callback, "")
		}
	case "notices.stop", "notices.start":
		name, err = "done", w.SetNotices(ctx, i.Number, effect.Action == "notices.stop")
	case "sms.send":
		name, err = e.sendSMS(ctx, w, d, i, effect)
	default:
		err = errors.New("no such action")
	}
	if err != nil || name == "" {
		return nil, err
	}
	return &dialogue.Input{Kind: dialogue.Outcome, Effect: effect.ID, Name: name, Values: values}, nil
}

func (e *Engine) joinQueue(ctx context.Context, w Work, i Interaction, effect *dialogue.Effect) (string, error) {
	if i.Channel == dialogue.USSD { // its session is over before an operator comes
		return "closed", nil
	}
	arrival := contact.Arrival{Interaction: i.ID, Channel: string(i.Channel), Queue: effect.With["queue"].Text, Language: string(i.Language),
		Reason: effect.With["reason"].Text, Context: map[string]string{}, Effect: effect.ID}
	if arrival.Reason == "" {
		arrival.Reason = "why.asked"
	}
	for name, value := range effect.With {
		if name != "queue" && name != "reason" && value.Text != "" {
			arrival.Context[name] = value.Text
		}
	}
	open, err := w.JoinQueue(ctx, arrival)
	switch {
	case err != nil:
		return "", err
	case open:
		return dialogue.QueueJoined, nil
	}
	return "closed", nil
}

// askedCode gives an answer to a question for a code with the zeros that were left out: "31" is 031.
func askedCode(query string) string {
	if code, refused := parseCode(query); refused == "" {
		return code
	}
	if n := words.Normalise(query); len(n) < 3 && n != "" && strings.Trim(n, "0123456789") == "" {
		return strings.Repeat("0", 3-len(n)) + n
	}
	return query
}

func (e *Engine) findService(d *dialogue.Definition, l dialogue.Language, query string) (string, map[string]dialogue.Value) {
	found, in := e.catalogue.Index().FindIn(query, l)
	l = cmp.Or(in, l)
	language := dialogue.TextValue(string(l))
	switch len(found) {
	case 0:
		return "unknown", nil
	case 1:
		text := found[0].Texts[l]
		return "found", map[string]dialogue.Value{
			"code": {Type: dialogue.TypeCode, Text: found[0].Code}, "name": dialogue.TextValue(text.Name),
			"short": dialogue.TextValue(text.Short), "spoken": dialogue.TextValue(text.Spoken), "language": language,
		}
	default:
		values := matches("matches", found, l)
		values["language"] = language
		return "several", values
	}
}

// matches makes a list of services to choose from by their code.
func matches(name string, services []catalogue.Service, l dialogue.Language) map[string]dialogue.Value {
	list := dialogue.Value{Type: dialogue.TypeList}
	for _, s := range services {
		list.Items = append(list.Items, dialogue.Item{Value: s.Code, Label: s.Texts[l].Title})
	}
	return map[string]dialogue.Value{name: list}
}

// categories lists the catalogue's sections by their names, which are texts of the dialogue: category.<name>.
func (e *Engine) categories(d *dialogue.Definition, l dialogue.Language) (string, map[string]dialogue.Value) {
	list := dialogue.Value{Type: dialogue.TypeList}
	for _, category := range e.catalogue.Index().Categories() {
		list.Items = append(list.Items, dialogue.Item{Value: category, Label: d.Texts.Line(l, "category."+category)})
	}
	return "found", map[string]dialogue.Value{"categories": list}
}

// caseStatus tells the citizen all of an own case, and anybody else the stage alone.
func (e *Engine) caseStatus(ctx context.Context, w Work, i Interaction, number string) (string, map[string]dialogue.Value, error) {
	c, err := w.CaseByNumber(ctx, number)
	if errors.Is(err, cases.ErrUnknown) {
		return "unknown", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if err := w.LinkCase(ctx, i.ID, c.ID); err != nil {
		return "", nil, err
	}
	values := map[string]dialogue.Value{"stage": {Type: dialogue.TypePhrase, Text: "stage." + string(c.State)}}
	if own := c.CitizenID != 0 && c.CitizenID == i.CitizenID || c.Contact != "" && c.Contact == i.Number; !own {
		return "stage_only", values, nil
	}
	values["next"] = dialogue.Value{Type: dialogue.TypePhrase, Text: "next." + string(c.State)}
	if c.State.Settled() || c.DueOn.IsZero() {
		return "settled", values, nil
	}
	values["due"] = dialogue.Value{Type: dialogue.TypeDate, Text: c.DueOn.Format("2006-01-02")}
	return "found", values, nil
}

// fetchPasscode gives the password that a portal has sent to the number that calls, if it still counts.
func (e *Engine) fetchPasscode(ctx context.Context, w Work, i Interaction) (string, map[string]dialogue.Value, error) {
	if i.CitizenID == 0 {
		return "unbound", nil, nil
	}
	challenge, found, err := w.LivePasscode(ctx, i.Number, e.clock())
	if err != nil || !found {
		return "none", nil, err
	}
	code, err := e.vault.Open(challenge)
	if err != nil {
		return "", nil, err
	}
	return "found", map[string]dialogue.Value{"code": {Type: dialogue.TypeSecret, Text: code}}, nil
}

// mostSubject is how many letters of a message are a case's subject; all of it is in the interaction that the case is tied to.
const mostSubject = 200

// openCase opens a case; about is what the citizen wrote, or "".
func (e *Engine) openCase(ctx context.Context, w Work, i Interaction, kind cases.Kind, about string) (string, map[string]dialogue.Value, error) {
	subject := fmt.Sprintf("%s, %s", kind, i.Channel)
	if letters := []rune(about); len(letters) > mostSubject {
		subject = string(letters[:mostSubject]) + "…"
	} else if about != "" {
		subject = about
	}
	c, err := w.OpenCase(ctx, cases.Opening{Kind: kind, CitizenID: i.CitizenID, Contact: i.Number, By: Citizen, Subject: subject})
	if err != nil {
		return "", nil, err
	}
	if err := w.LinkCase(ctx, i.ID, c.ID); err != nil {
		return "", nil, err
	}
	return "opened", map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: c.Number}}, nil
}

func (e *Engine) sendSMS(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, effect *dialogue.Effect) (string, error) {
	if i.Number == "" {
		return "no_number", nil
	}
	text := d.Texts.Write(*effect.Write)
	if err := w.AddEntry(ctx, Entry{Interaction: i.ID, Speaker: Okno, Kind: "wrote", Body: text}); err != nil {
		return "", err
	}
	return "sent", e.reply(ctx, w, i.ID, i.Number, effect.Write.Language, d.Transliteration(effect.Write.Key), text)
}

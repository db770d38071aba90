package notification

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/message"
	"okno/internal/money"
	"okno/internal/phone"
	"okno/internal/smppaccount"
)

// Measure says how texts are sent.
type Measure struct {
	Segments func(string) int
	Encoding func(string) string                    // "gsm" or "ucs2"
	Form     func(dialogue.Language, string) string // as notices are written: in Latin letters, maybe
}

var parameter = regexp.MustCompile(`\{([a-z][a-z0-9_]{0,31})\}`)

// Draw makes messages of recipients by an order.
type Draw struct {
	order    Order
	settings Settings
	measure  Measure
	own      dialogue.Language // where a recipient names none
	names    []string          // of parameters, of all texts
	shares   map[Share]*Share
	estimate Estimate
}

// NewDraw checks an order. Errors are of kind invalid, with the field.
func NewDraw(o Order, s Settings, m Measure, now time.Time) (*Draw, error) {
	if (o.Text == "") == (len(o.Texts) == 0) {
		return nil, wrong("text", "a text, or texts by language, and not both")
	}
	if o.Language != "" && !slices.Contains(dialogue.Languages, o.Language) {
		return nil, wrong("language", "kk, ru or en")
	}
	d := &Draw{order: o, settings: s, measure: m, own: o.Language, shares: map[Share]*Share{}}
	found := map[string]bool{}
	check := func(field, text string) error {
		switch {
		case strings.TrimSpace(text) == "" || len([]rune(text)) > MostText:
			return wrong(field, fmt.Sprintf("1 to %d letters", MostText))
		case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
			return wrong(field, "it has letters that no SMS may have")
		case strings.ContainsAny(parameter.ReplaceAllString(text, ""), "{}"):
			return wrong(field, "braces are for parameters: {name}, of a-z, 0-9 and _")
		}
		for _, m := range parameter.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
		return nil
	}
	if o.Text != "" {
		if err := check("text", o.Text); err != nil {
			return nil, err
		}
	}
	for l, text := range o.Texts {
		if !slices.Contains(dialogue.Languages, l) {
			return nil, wrong("texts", "by kk, ru or en")
		}
		if err := check("texts."+string(l), text); err != nil {
			return nil, err
		}
	}
	if len(o.Texts) > 0 && d.own == "" {
		for _, l := range []dialogue.Language{dialogue.Russian, dialogue.Kazakh, dialogue.English} {
			if d.own == "" && o.Texts[l] != "" {
				d.own = l
			}
		}
	}
	if len(o.Texts) > 0 && o.Texts[d.own] == "" {
		return nil, wrong("language", "there is no text in this language")
	}
	d.names = slices.Sorted(maps.Keys(found))
	return d, checkTimes(o, now)
}

func checkTimes(o Order, now time.Time) error {
	due := now
	if o.NotBefore.After(now) {
		due = o.NotBefore
	}
	switch {
	case due.Sub(now) > Ahead:
		return wrong("not_before", "30 days ahead at most")
	case !o.ExpiresAt.IsZero() && (!o.ExpiresAt.After(due) || o.ExpiresAt.Sub(due) > DraftLifetime+message.NoticeLifetime):
		return wrong("expires_at", "after now and after not_before, by ten days at most")
	}
	return nil
}

// Names gives the parameters that recipients have.
func (d *Draw) Names() []string { return d.names }

// Make makes the message of a recipient. Errors name the field, and hold nothing of what stands there.
func (d *Draw) Make(r Recipient) (m Message, err error) {
	if (r.Number == "") == (r.NationalNumber == "") {
		return m, wrong("number", "a telephone number, or a national number, and not both")
	}
	kind, err := citizen.KindOf(r.NationalKind)
	if err != nil {
		return m, wrong("national_kind", "there is no such kind")
	}
	if r.Number != "" {
		if m.Number, err = phone.Parse(r.Number); err != nil {
			return m, wrong("number", phone.ErrInvalid.Error())
		}
		if !(smppaccount.Account{Destinations: d.settings.Destinations}).Reaches(m.Number) {
			return m, wrong("number", "this client sends nothing to such numbers")
		}
	} else {
		m.NationalKind = kind.Name()
		if m.NationalNumber, err = citizen.ParseNationalNumber(kind, r.NationalNumber); err != nil {
			return m, wrong("national_number", err.Error())
		}
	}
	if r.Language != "" && !slices.Contains(dialogue.Languages, r.Language) {
		return m, wrong("language", "kk, ru or en")
	}
	language := r.Language
	text := d.order.Text
	if text == "" {
		if language == "" || d.order.Texts[language] == "" {
			language = d.own
		}
		text = d.order.Texts[language]
	} else if language == "" {
		language = d.own
	}
	if m.Text, err = d.fill(text, r.Parameters); err != nil {
		return m, err
	}
	m.Text = d.measure.Form(language, m.Text)
	if smppaccount.LooksLikeCode(m.Text) {
		return m, wrong("text", "it looks like a one-time password, which no notice may")
	}
	if m.Segments = d.measure.Segments(m.Text); m.Segments > MostSegments {
		return m, wrong("text", fmt.Sprintf("over %d segments", MostSegments))
	}
	d.count(language, m)
	return m, nil
}

// fill puts parameters into a template.
func (d *Draw) fill(text string, parameters map[string]string) (string, error) {
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		switch value := parameters[name]; {
		case !slices.Contains(d.names, name):
			return "", wrong("parameters", "one that no text has")
		case len([]rune(value)) > 200 || strings.ContainsFunc(value, unicode.IsControl):
			return "", wrong("parameters."+name, "up to 200 letters in a line")
		}
	}
	missing := ""
	text = parameter.ReplaceAllStringFunc(text, func(p string) string {
		value := strings.TrimSpace(parameters[p[1:len(p)-1]])
		if value == "" {
			missing = p[1 : len(p)-1]
		}
		return value
	})
	if missing != "" {
		return "", wrong("parameters."+missing, "it is missing")
	}
	return text, nil
}

func (d *Draw) count(l dialogue.Language, m Message) {
	key := Share{Language: l, Encoding: d.measure.Encoding(m.Text)}
	s := d.shares[key]
	if s == nil {
		s = &Share{Language: l, Encoding: key.Encoding}
		d.shares[key] = s
	}
	s.Messages++
	s.Segments += m.Segments
	d.estimate.Messages++
	d.estimate.Segments += m.Segments
}

// Estimate is what all messages so far cost.
func (d *Draw) Estimate() Estimate {
	e := d.estimate
	e.By = []Share{}
	for _, s := range d.shares {
		e.By = append(e.By, *s)
	}
	slices.SortFunc(e.By, func(a, b Share) int {
		return strings.Compare(string(a.Language)+" "+a.Encoding, string(b.Language)+" "+b.Encoding)
	})
	if price, err := money.Parse(d.settings.Price); err == nil {
		price.Minor *= int64(e.Segments)
		if _, fits := price.Add(money.Amount{Currency: price.Currency}); fits {
			e.Price = &price
		}
	}
	return e
}

func wrong(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}

// fieldOf says what is wrong, for a line of a list.
func fieldOf(err error) (field, text string) {
	known := new(fault.Error)
	if errors.As(err, &known) {
		return known.Field, known.Text
	}
	return "", "it cannot be read"
}

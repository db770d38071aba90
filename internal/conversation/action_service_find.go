package conversation

import (
	"cmp"
	"context"
	"strings"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// serviceFind looks in the catalogue for a code or for words. The conversation goes on in the language of what it found. Of a service whose
// validity is over nothing is told but that it is being renewed.
var serviceFind = action{
	name:     "service.find",
	inputs:   values{"query": dialogue.TypeText},
	optional: values{"asked": dialogue.TypeText}, // the query answers a question for a code: 31 is 031
	outcomes: map[string]values{
		"found":   {"code": dialogue.TypeCode, "name": dialogue.TypeText, "short": dialogue.TypeText, "spoken": dialogue.TypeText},
		"several": {"matches": dialogue.TypeList},
		"renewed": {"code": dialogue.TypeCode},
		"unknown": {},
	},
	effect: func(ctx context.Context, r request) (result, error) {
		index := r.engine.catalogue.Index()
		query := r.text("query")
		if r.text("asked") != "" {
			query = askedCode(query, index.CodeDigits())
		}
		found, in := index.FindIn(query, r.interaction.Language)
		l := cmp.Or(in, r.interaction.Language)
		switch len(found) {
		case 0:
			return nothingFound(ctx, r, query)
		case 1:
			text := found[0].Texts[l]
			return result{outcome: "found", language: l, values: map[string]dialogue.Value{
				"code": {Type: dialogue.TypeCode, Text: found[0].Code}, "name": dialogue.TextValue(text.Name),
				"short": dialogue.TextValue(text.Short), "spoken": dialogue.TextValue(text.Spoken),
			}}, noteAsked(ctx, r, l, found[0].Code, "")
		}
		return result{outcome: "several", language: l, values: map[string]dialogue.Value{"matches": matches(found, l)}}, nil
	},
}

// nothingFound tells a service that is being renewed from one that there never was. What is asked for in vain is noted.
func nothingFound(ctx context.Context, r request, query string) (result, error) {
	l := r.interaction.Language
	if code, ok := r.engine.catalogue.Index().Renewed(query, l); ok {
		return result{outcome: "renewed", values: map[string]dialogue.Value{"code": {Type: dialogue.TypeCode, Text: code}}}, noteAsked(ctx, r, l, code, "")
	}
	return result{outcome: "unknown"}, noteAsked(ctx, r, l, "", words.Fold(words.Normalise(query)))
}

// noteAsked notes what the catalogue was asked for: a service that answered, or the words of a question in vain.
func noteAsked(ctx context.Context, r request, l dialogue.Language, code, query string) error {
	if code == "" && !catalogue.InVain(query) {
		return nil
	}
	return r.work.NoteAsked(ctx, catalogue.Asked{Interaction: r.interaction.ID, Channel: r.interaction.Channel, Language: l, Code: code, Query: query})
}

// askedCode gives an answer to a question for a code with the zeros that were left out: "31" is 031.
func askedCode(query string, digits int) string {
	if code, refused := parseCode(digits)(query); refused == "" {
		return code
	}
	if n := words.Normalise(query); len(n) < digits && n != "" && strings.Trim(n, "0123456789") == "" {
		return strings.Repeat("0", digits-len(n)) + n
	}
	return query
}

package conversation

import (
	"cmp"
	"context"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// serviceFind looks in the catalogue for a code or for words. The conversation goes on in the language of what it found.
var serviceFind = action{
	name:     "service.find",
	inputs:   values{"query": dialogue.TypeText},
	optional: values{"asked": dialogue.TypeText}, // the query answers a question for a code: 31 is 031
	outcomes: map[string]values{
		"found":   {"code": dialogue.TypeCode, "name": dialogue.TypeText, "short": dialogue.TypeText, "spoken": dialogue.TypeText},
		"several": {"matches": dialogue.TypeList},
		"unknown": {},
	},
	effect: func(_ context.Context, r request) (result, error) {
		query := r.text("query")
		if r.text("asked") != "" {
			query = askedCode(query)
		}
		found, in := r.engine.catalogue.Index().FindIn(query, r.interaction.Language)
		l := cmp.Or(in, r.interaction.Language)
		switch len(found) {
		case 0:
			return result{outcome: "unknown"}, nil
		case 1:
			text := found[0].Texts[l]
			return result{outcome: "found", language: l, values: map[string]dialogue.Value{
				"code": {Type: dialogue.TypeCode, Text: found[0].Code}, "name": dialogue.TextValue(text.Name),
				"short": dialogue.TextValue(text.Short), "spoken": dialogue.TextValue(text.Spoken),
			}}, nil
		}
		return result{outcome: "several", language: l, values: map[string]dialogue.Value{"matches": matches(found, l)}}, nil
	},
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

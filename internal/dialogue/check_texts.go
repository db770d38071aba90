package dialogue

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"okno/internal/grammar"
)

// text finds a text that is missing, or that wants a value it is not given.
func (c *checker) text(where, key string, channels []Channel, with map[string]string) {
	if slices.Contains(channels, Voice) {
		channels = append(slices.Clone(channels), speech)
	}
	for _, l := range Languages {
		for _, channel := range channels {
			text, ok := c.d.Texts.find(l, channel, key)
			if !ok {
				c.missing(where, key, l)
				break
			}
			for _, name := range slices.Sorted(maps.Keys(text.parameters())) {
				if _, given := with[name]; !given {
					c.add(where, "text_value", key, l, "{"+name+"}")
				}
			}
		}
	}
}

// forms finds a form of a value that the language lacks.
func (c *checker) forms(l Language, key string, text template) {
	for _, p := range text.parts {
		if p.typ.grammatical() && !grammar.Has(l, grammar.Kind(p.typ), p.form) {
			c.addAt(textFile(l), text.line, "form", key, fmt.Sprintf("{%s:%s}", p.name, p.typ), l)
		}
	}
}

func (c *checker) missing(where, key string, l Language) {
	c.add(where, "text_missing", key, l, textFile(l))
}

// texts finds what differs between languages, and what is too long for an SMS.
func (c *checker) texts() {
	first := c.d.Texts.byLanguage[Languages[0]]
	for _, l := range Languages {
		texts := c.d.Texts.byLanguage[l]
		for _, key := range slices.Sorted(maps.Keys(texts)) {
			text := texts[key]
			c.limitOf(l, key, text)
			c.forms(l, key, text)
			if l == Languages[0] {
				continue
			}
			model, ok := first[key]
			if !ok {
				c.addAt(textFile(l), text.line, "text_missing", key, Languages[0], textFile(Languages[0]))
				continue
			}
			if want, got := model.parameters(), text.parameters(); !maps.Equal(want, got) {
				c.addAt(textFile(l), text.line, "parameters", key, Languages[0])
			}
		}
		for key, text := range first {
			if _, ok := texts[key]; !ok {
				c.addAt(textFile(Languages[0]), text.line, "text_missing", key, l, textFile(l))
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.d.vocabulary.Texts)) {
		given := map[string]string{}
		for name := range c.d.vocabulary.Texts[key] {
			given[name] = name
		}
		c.text("", key, []Channel{SMS}, given)
	}
	for key := range c.d.Limits {
		if _, ok := c.d.Texts.find(Languages[0], SMS, key); !ok {
			c.add("", "limit_text", key)
		}
	}
	for key, choice := range c.d.Transliterate {
		if _, ok := c.d.Texts.find(Languages[0], SMS, key); !ok {
			c.add("", "letters_text", key)
		}
		if choice != Always && choice != Never {
			c.add("", "letters", choice, key)
		}
	}
}

// longest holds a value of each type as long as it can get. Catalogue texts are checked when the catalogue is imported.
var longest = map[Type]string{
	TypeDigits: "031", TypeCode: "031", TypeCaseNumber: "1234567850005", TypeCount: "999", TypeDuration: "29h59m0s", TypePhone: "+77012345678", TypeSecret: "123456", TypeDate: "2026-12-05", TypeTime: "23:59", TypeMoney: "999999.99 KZT",
}

// limitOf finds a text that takes more segments by SMS than it may, with the longest values it can get.
func (c *checker) limitOf(l Language, key string, text template) {
	base := strings.TrimSuffix(key, "."+string(SMS))
	limit, ok := c.most(base)
	if own, found := c.d.Texts.find(l, SMS, key); !ok || found && own.source != text.source || c.d.vocabulary.Segments == nil {
		return
	}
	values := map[string]Value{}
	for name, typ := range text.parameters() {
		value := Value{Type: typ, Text: longest[typ]}
		if typ == TypePhrase {
			value.Text = c.longestPhrase(l, name)
		}
		values[name] = value
	}
	written := text.write(c.d.Texts, Utterance{Key: key, Language: l, Values: values})
	choice := c.d.Transliteration(base)
	if choice != Always || c.d.vocabulary.Latin == nil {
		c.segments(l, key, text.line, written, limit, "segments")
	}
	if choice != Never && c.d.vocabulary.Latin != nil {
		c.segments(l, key, text.line, c.d.vocabulary.Latin(l, written), limit, "segments_latin")
	}
}

// most gives the most segments of a text: the vocabulary's, or what the dialogue says where that is less.
func (c *checker) most(key string) (limit int, ok bool) {
	limit, ok = c.d.Limits[key]
	if fixed, is := c.d.vocabulary.Limits[key]; is && (!ok || fixed < limit) {
		return fixed, true
	}
	return limit, ok
}

func (c *checker) segments(l Language, key string, line int, written string, limit int, code string) {
	if n := c.d.vocabulary.Segments(written); n > limit {
		c.addAt(textFile(l), line, code, key, n, limit)
	}
}

// longestPhrase gives the longest of the texts under the parameter's name: {stage:phrase} is one of stage.*.
func (c *checker) longestPhrase(l Language, name string) string {
	longest, found := 0, ""
	for key, text := range c.d.Texts.byLanguage[l] {
		if n := len([]rune(text.source)); strings.HasPrefix(key, name+".") && n > longest {
			longest, found = n, key
		}
	}
	return found
}

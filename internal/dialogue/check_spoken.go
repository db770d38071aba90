package dialogue

import (
	"fmt"
	"strconv"
	"strings"

	"okno/internal/grammar"
	"okno/internal/words"
)

// spoken finds choices that nobody could tell apart by what is said for them.
func (c *checker) spoken(name string, n *Node) {
	for i, option := range n.Options {
		where := fmt.Sprintf("%s.options.%d", name, i)
		switch {
		case option.Spoken == "":
		case n.Menu == nil || n.Menu.In == "all":
			c.add(where, "spoken_no_menu", name)
		case option.Key == "" || !option.open(Voice):
			c.add(where, "spoken_no_key", name)
		default:
			c.phrases(where, option.Spoken)
		}
	}
	if n.Menu != nil && n.Menu.Spoken && n.Menu.Each == "" {
		c.add(name, "spoken_no_list", name)
	}
	if !n.takesSpeech() {
		return
	}
	items := ""
	if n.Menu != nil && n.Menu.Each != "" {
		for key := range voicePage {
			items += strconv.Itoa(key + 1)
		}
		items += KeyMore
	}
	for _, l := range Languages {
		keys := map[string]string{}
		for _, choice := range c.d.choices(l, n, items) {
			for _, phrase := range choice.phrases {
				if other, ok := keys[words.Fold(phrase)]; ok && other != choice.key {
					c.add(name, "said_twice", name, phrase)
				}
				keys[words.Fold(phrase)] = choice.key
			}
		}
	}
}

// phrases finds a text that lists nothing to be said, or what cannot be.
func (c *checker) phrases(where, key string) {
	for _, l := range Languages {
		text, ok := c.d.Texts.find(l, Voice, key)
		if !ok {
			c.missing(where, key, l)
			continue
		}
		if len(text.parameters()) > 0 {
			c.add(where, "said_values", key, l)
		}
		found := c.d.Texts.phrases(l, key)
		if len(found) == 0 {
			c.add(where, "said_nothing", key, l)
		}
		for _, phrase := range found {
			if _, digits := grammar.Digits(l, strings.Fields(phrase)); digits || len(strings.Fields(phrase)) > mostSpoken {
				c.add(where, "said_number", key, l, phrase)
			}
		}
	}
}

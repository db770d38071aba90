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
			c.add(where, "node %s has words to be said, and is no menu in one language", "leave out spoken", name)
		case option.Key == "" || !option.open(Voice):
			c.add(where, "menu %s has words to be said for an option without a key by phone", "give it a key, or leave out spoken", name)
		default:
			c.phrases(where, option.Spoken)
		}
	}
	if n.Menu != nil && n.Menu.Spoken && n.Menu.Each == "" {
		c.add(name, "menu %s has the numbers of items said, and is no list", "leave out spoken, or give its options words", name)
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
					c.add(name, "menu %s has %q to be said for two options", "choose other words for one", name, phrase)
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
			c.add(where, "text %s (%s) lists what is said, and has values", "write the words themselves", key, l)
		}
		found := c.d.Texts.phrases(l, key)
		if len(found) == 0 {
			c.add(where, "text %s (%s) lists nothing to be said", "list phrases, parted by commas", key, l)
		}
		for _, phrase := range found {
			if _, digits := grammar.Digits(l, strings.Fields(phrase)); digits || len(strings.Fields(phrase)) > mostSpoken {
				c.add(where, "text %s (%s) lists %q, which is a number, or too long", "choose other words: the key's number may be said anyway", key, l, phrase)
			}
		}
	}
}

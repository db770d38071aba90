package dialogue

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// say adds a text to what this step says. Values are looked up for the text's parameters: given ones first, then slots.
func (r *run) say(key string, given map[string]Value) {
	if r.s.AllLanguages {
		r.sayInAll(key, given)
		return
	}
	r.sayIn(r.s.Language, key, given)
}

// sayInAll says a text once in every language.
func (r *run) sayInAll(key string, given map[string]Value) {
	for _, l := range Languages {
		r.sayIn(l, key, given)
	}
}

func (r *run) sayIn(l Language, key string, given map[string]Value) {
	u, channel := Utterance{Key: key, Language: l}, r.s.Channel
	if r.hears(l) {
		if _, own := r.d.Texts.byLanguage[l][key+"."+string(speech)]; own {
			u.Speech, channel = true, speech
		}
	}
	u.Values = r.ofText(l, key, channel, given)
	r.said = append(r.said, u)
}

// hears says whether the node that waits, or is to wait, listens to a caller who speaks a language.
func (r *run) hears(l Language) bool {
	node := r.d.Nodes[r.s.Node]
	return slices.Contains(r.s.Hears, l) && r.s.Channel == Voice && !r.s.AllLanguages && node != nil && node.takesSpeech()
}

// deafen has nothing more said of speech, what is to be said again included.
func (r *run) deafen() {
	r.s.Hears = nil
	for i := range r.s.Said {
		r.s.Said[i].Speech = false
	}
}

// speaks takes the language in which the conversation goes on.
func (r *run) speaks(l Language) {
	r.s.Language, r.s.AllLanguages = l, false
}

// ofText picks the values that a text has parameters for. A secret stays one whatever the parameter's type is.
func (r *run) ofText(l Language, key string, c Channel, given map[string]Value) map[string]Value {
	text, _ := r.d.Texts.find(l, c, key)
	var values map[string]Value
	for name := range text.parameters() {
		if value, ok := given[name]; ok {
			if values == nil {
				values = map[string]Value{}
			}
			if value.In != nil {
				value.Text, value.In = value.In[l], nil
			}
			values[name] = value
		}
	}
	return values
}

// values resolves a node's "with".
func (r *run) values(with map[string]string) map[string]Value {
	values := make(map[string]Value, len(with))
	for name, expression := range with {
		values[name] = r.value(expression)
	}
	return values
}

// value resolves "$slot" to the slot's value, and anything else to itself.
func (r *run) value(expression string) Value {
	if slot, ok := strings.CutPrefix(expression, "$"); ok {
		return r.s.Slots[slot]
	}
	return TextValue(expression)
}

// sayList says the page of a list that is being offered, one utterance an item.
func (r *run) sayList(menu *Menu) {
	if menu.Each == "" {
		return
	}
	items, more := r.page(menu)
	for i, item := range items {
		r.say(cmp.Or(menu.Item, r.d.Defaults.Item), map[string]Value{
			"key":   {Type: TypeDigits, Text: strconv.Itoa(i + 1)},
			"label": {Type: cmp.Or(item.Type, TypeText), Text: r.label(item.Label)},
		})
	}
	if more {
		r.say(r.d.Defaults.More, map[string]Value{"key": {Type: TypeDigits, Text: KeyMore}})
	}
}

// More says that there is more to come for [KeyMore].
func (d *Definition) More(l Language, c Channel) string {
	return d.Texts.WriteOn(c, Utterance{Key: d.Defaults.More, Language: l, Values: map[string]Value{"key": {Type: TypeDigits, Text: KeyMore}}})
}

// page gives the items offered now, and whether there are others to go on to (past the last page comes the first).
func (r *run) page(menu *Menu) (items []Item, more bool) {
	items = r.value(menu.Each).Items
	size := voicePage
	if r.s.Channel != Voice {
		size = smsPage
	}
	if len(items) <= size {
		return items, false
	}
	start := r.s.Page * size
	if start >= len(items) {
		r.s.Page, start = 0, 0
	}
	return items[start:min(start+size, len(items))], true
}

// label cuts an item's name to what a line of a message may take, at a word's end.
func (r *run) label(s string) string {
	runes := []rune(s)
	most := smsLabel
	if r.s.Channel == USSD {
		most = ussdLabel
	}
	if r.s.Channel == Voice || len(runes) <= most {
		return s
	}
	cut := string(runes[:most-1])
	if space := strings.LastIndexByte(cut, ' '); space > 0 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,.(") + "…"
}

package dialogue

import (
	"strconv"
	"strings"

	"okno/internal/words"
)

// answer takes what the citizen keyed or wrote at the node that waits, or that nothing came.
func (r *run) answer(in Input) {
	// A repeat keeps what was said; any other answer starts afresh.
	before := r.s.Said
	r.s.Said = nil
	node := r.d.Nodes[r.s.Node]
	switch {
	case in.Kind == Text && r.d.Defaults.Unreadable != "" && words.Unreadable(in.Text):
		r.say(r.d.Defaults.Unreadable, nil)
	case in.Kind == Silence || in.Kind == Keys && in.Keys == "":
		r.strike(r.d.Defaults.Silence)
	case in.Kind == Keys && in.Keys == KeyBack:
		r.back()
	case node.Ask != nil && in.Choice:
		r.chooseInAsk(in.Keys)
	case node.Ask != nil:
		if in.Kind == Text && r.isCommand(node, in.Text) {
			return
		}
		r.entry(node, in)
	case in.Kind == Keys:
		r.key(node, in.Keys, before)
	default:
		r.text(node, in.Text)
	}
}

// back goes to the node that waited before this one.
func (r *run) back() {
	trail := r.s.Trail
	if len(trail) < 2 {
		r.prompt()
		return
	}
	r.s.Trail = trail[:len(trail)-1]
	r.leaveCalls()
	delete(r.s.Strikes, r.s.Node)
	r.enter(trail[len(trail)-2])
}

func (r *run) key(node *Node, key string, before []Utterance) {
	if r.chooseByNumber(node, key) || r.chooseAnywhere(key) {
		return
	}
	if key == KeyRepeat {
		r.s.Said, r.repeat = before, true
		r.said = append(r.said, before...)
		if len(r.said) == 0 {
			r.prompt()
		}
		return
	}
	r.strike(r.d.Defaults.Wrong)
}

// chooseAnywhere takes an option that is open in every menu.
func (r *run) chooseAnywhere(key string) bool {
	for _, option := range r.d.Anywhere.Voice {
		if option.Key == key && option.open(r.s.Channel) {
			r.choose(option, "")
			return true
		}
	}
	return false
}

// chooseInAsk takes what a caller has said in the place of an entry. Digits that were said before it are dropped, as [KeyBack] drops them.
func (r *run) chooseInAsk(key string) {
	switch {
	case r.chooseAnywhere(key):
	case key == KeyRepeat:
		r.prompt()
	default:
		r.strike(r.d.Defaults.Wrong)
	}
}

// chooseByNumber takes an option by its key or an item by its number; one that leads to the list's next page too.
func (r *run) chooseByNumber(node *Node, key string) bool {
	for _, option := range node.Options {
		if option.Key != "" && option.Key == key && option.open(r.s.Channel) {
			r.choose(option, "")
			return true
		}
	}
	if node.Menu == nil || node.Menu.Each == "" {
		return false
	}
	items, more := r.page(node.Menu)
	if more && key == KeyMore {
		r.s.Page++
		r.sayList(node.Menu)
		return true
	}
	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > len(items) {
		return false
	}
	delete(r.s.Strikes, r.s.Node)
	if node.Menu.Into != "" {
		r.s.Slots[node.Menu.Into] = TextValue(items[n-1].Value)
	}
	r.enter(r.s.Channel.of(node.To))
	return true
}

func (r *run) text(node *Node, text string) {
	plain := words.Normalise(text)
	own := node != r.d.Nodes[r.d.Anywhere.SMS]
	if r.chooseByNumber(node, plain) || own && r.command(node.Options, plain) || r.commandAnywhere(text) {
		return
	}
	r.s.Language = GuessLanguage(plain, r.s.Language)
	if other := node.Menu.Otherwise; other != nil {
		r.s.Slots[other.Into] = TextValue(words.Clean(text))
		r.enter(other.To)
		return
	}
	r.strike(r.d.Defaults.Wrong)
}

// choose follows an option; answer is what is left of the message for the ask that follows.
func (r *run) choose(option Option, answer string) {
	delete(r.s.Strikes, r.s.Node)
	for slot, value := range option.Set {
		if slot == "language" {
			r.speaks(Language(value))
			r.chosen = true
			continue
		}
		if strings.HasPrefix(value, "$") {
			r.s.Slots[slot] = r.value(value)
			continue
		}
		r.s.Slots[slot] = Value{Type: TypePhrase, Text: value}
	}
	next := r.d.Nodes[option.To]
	if option.As != "" && next != nil && next.Menu != nil {
		r.s.Node, r.s.Page = option.To, 0
		r.text(next, r.value(option.As).Text)
		return
	}
	if option.Answer && answer != "" && next != nil && next.Ask != nil {
		r.s.Node, r.s.Page = option.To, 0
		r.trail(option.To)
		r.entry(next, Input{Kind: Text, Text: answer})
		return
	}
	r.enter(option.To)
}

// entry takes the answer to an ask.
func (r *run) entry(node *Node, in Input) {
	raw := in.Keys
	kind := r.d.entry(node.Ask, r.s.Channel)
	if in.Kind == Text {
		raw = words.Clean(in.Text)
	}
	canonical, reason := kind.Parse(raw)
	if reason != "" {
		explanation := node.Wrong[reason]
		if explanation == "" {
			explanation = r.d.Defaults.Wrong
		}
		r.strike(explanation)
		return
	}
	r.s.Slots[node.Ask.Into] = Value{Type: kind.Type, Text: canonical}
	r.enter(r.s.Channel.of(node.To))
}

// entry gives the kind of entry that an ask takes on a channel.
func (d *Definition) entry(ask *Ask, c Channel) Entry {
	if name := c.of(ask.Expect); name != "text" {
		return d.vocabulary.Entries[name]
	}
	return textEntry()
}

// keys lists the keys that mean something in a menu now.
func (r *run) keys(node *Node) string {
	keys := ""
	add := func(k string) {
		if k != "" && !strings.Contains(keys, k) {
			keys += k
		}
	}
	for _, option := range node.Options {
		if option.open(r.s.Channel) {
			add(option.Key)
		}
	}
	for _, key := range r.items(node) {
		add(string(key))
	}
	for _, option := range r.d.Anywhere.Voice {
		add(option.Key)
	}
	add(KeyRepeat)
	add(KeyBack)
	return keys
}

// items lists the keys of the items that a menu offers now, and of the others to go on to; "" of one that is no list.
func (r *run) items(node *Node) (keys string) {
	if node.Menu.Each == "" {
		return ""
	}
	items, more := r.page(node.Menu)
	for i := range items {
		keys += strconv.Itoa(i + 1)
	}
	if more {
		keys += KeyMore
	}
	return keys
}

func (o Option) open(c Channel) bool { return o.When == nil || o.When.Channel == c }

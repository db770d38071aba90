package dialogue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check finds what would go wrong in a conversation. A dialogue with findings is not to be published.
func (d *Definition) Check() []Finding {
	c := &checker{d: d, targets: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(d.Nodes)) {
		c.node(name, d.Nodes[name])
	}
	c.starts()
	c.reachable()
	c.calls()
	c.levels()
	c.personal()
	c.loops()
	c.texts()
	slices.SortFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Problem, b.Problem))
	})
	return slices.CompactFunc(c.found, func(a, b Finding) bool { return a.String() == b.String() })
}

type checker struct {
	d       *Definition
	found   []Finding
	targets map[string][]string // where each node leads
	silent  []edge              // ways that ask the citizen nothing
}

type edge struct{ from, to string }

// add adds a finding of the dialogue's file; where is a node, an option of it, or "". values are those of the parameters of its code.
func (c *checker) add(where, code string, values ...any) {
	c.addAt(File, max(1, c.d.lines[where]), code, values...)
}

func (c *checker) addAt(file string, line int, code string, values ...any) {
	c.found = append(c.found, newFinding(file, line, code, values...))
}

// way notes that a node leads to another. Silent ways are those that need nothing from the citizen.
func (c *checker) way(where, from, to string, silent bool) {
	if to == "" {
		c.add(where, "nowhere", from)
		return
	}
	if c.d.Nodes[to] == nil {
		c.add(where, "no_target", from, to)
		return
	}
	c.targets[from] = append(c.targets[from], to)
	if silent {
		c.silent = append(c.silent, edge{from, to})
	}
}

func (c *checker) route(name string, to Route, silent bool) {
	if len(to) == 0 {
		c.way(name, name, "", silent)
	}
	for _, target := range to {
		c.way(name, name, target, silent)
	}
}

func (c *checker) node(name string, n *Node) {
	switch n.kind() {
	case "":
		c.add(name, "one_kind", name)
	case "say":
		c.text(name, n.Say, Channels, n.With)
		c.route(name, n.To, true)
	case "menu":
		c.menu(name, n)
		c.spoken(name, n)
	case "ask":
		c.ask(name, n)
		c.spoken(name, n)
	case "do":
		c.do(name, n)
	case "queue":
		c.queue(name, n)
		c.spoken(name, n)
	case "call":
		c.way(name, name, n.Call, true)
		for _, outcome := range slices.Sorted(maps.Keys(n.Outcomes)) {
			if n.Outcomes[outcome].Retry != "" {
				c.add(name, "call_retries", name, outcome)
				continue
			}
			c.way(name, name, n.Outcomes[outcome].To, true)
		}
	case "end":
		if n.End.Say != "" {
			c.text(name, n.End.Say, Channels, n.End.With)
		}
	}
}

func (c *checker) limit(name string, n *Node) {
	tries, otherwise := c.d.tries(n)
	if tries <= 0 {
		c.add(name, "no_limit", name)
	}
	c.way(name, name, otherwise, false)
}

func (c *checker) menu(name string, n *Node) {
	c.limit(name, n)
	if n.Menu.Say != "" {
		c.text(name, n.Menu.Say, Channels, n.Menu.With)
	}
	if n.Menu.Aside != "" {
		c.text(name, n.Menu.Aside, []Channel{SMS}, n.Menu.With)
	}
	if len(n.Options) == 0 && n.Menu.Each == "" {
		c.add(name, "empty_menu", name)
	}
	if n.Menu.Each != "" {
		c.route(name, n.To, false)
		if n.Menu.Item != "" {
			c.text(name, n.Menu.Item, Channels, map[string]string{"key": "", "label": ""})
		}
	}
	if other := n.Menu.Otherwise; other != nil {
		c.way(name, name, other.To, false)
	}
	if long := n.Menu.Long; long != nil {
		c.way(name, name, long.To, false)
		if long.Letters <= 0 || long.Into == "" || name != c.d.Anywhere.SMS {
			c.add(name, "long", name)
		}
	}
	for _, channel := range Channels {
		c.options(name, n.Options, channel)
	}
	for i, option := range n.Options {
		where := fmt.Sprintf("%s.options.%d", name, i)
		c.way(where, name, option.To, false)
		if option.Aside && (option.Word == "" || name != c.d.Anywhere.SMS) {
			c.add(where, "aside", name)
		}
	}
	if n.Menu.Remember != "" {
		for _, option := range n.Options {
			c.way(name, name, option.To, true)
		}
	}
}

// options finds what one channel could not tell apart.
func (c *checker) options(name string, options []Option, channel Channel) {
	keys := map[string]bool{}
	words, sounds := map[string]int{}, map[string]int{}
	for i, option := range options {
		where := fmt.Sprintf("%s.options.%d", name, i)
		if !option.open(channel) {
			continue
		}
		if option.Key != "" && keys[option.Key] {
			c.add(where, "key_twice", name, option.Key)
		}
		if option.Key == KeyBack || option.Key == KeyEnd {
			c.add(where, "key_taken", name, option.Key)
		}
		keys[option.Key] = true
		if _, ok := c.d.vocabulary.Entries[option.Looks]; option.Looks != "" && !ok {
			c.add(where, "looks", name, option.Looks, c.entryNames())
		}
		c.optionText(name, where, option)
		if option.Word == "" {
			continue
		}
		for _, l := range Languages {
			found := c.d.Texts.words(l, option.Word)
			if len(found) == 0 {
				c.missing(where, option.Word, l)
			}
			for _, word := range found {
				if other, ok := words[word]; ok && other != i {
					c.add(where, "word_twice", name, word)
				}
				words[word] = i
				for _, sound := range soundsOf(word) {
					if other, ok := sounds[sound]; ok && other != i {
						c.add(where, "word_in_latin", name, word)
					}
					sounds[sound] = i
				}
			}
		}
	}
}

// optionText finds what is wrong with how an option reads a message.
func (c *checker) optionText(name, where string, option Option) {
	switch option.Follows {
	case "", FollowsNothing, FollowsDigits, FollowsWords:
	default:
		c.add(where, "follows", name, option.Follows)
	}
	if to := c.d.Nodes[option.To]; option.As != "" && (to == nil || to.Menu == nil || !strings.HasPrefix(option.As, "$")) {
		c.add(where, "as_text", name)
	}
}

func (c *checker) ask(name string, n *Node) {
	c.limit(name, n)
	c.text(name, n.Ask.Say, Channels, n.Ask.With)
	c.route(name, n.To, false)
	if n.Ask.Into == "" {
		c.add(name, "no_slot", name)
	}
	for _, channel := range Channels {
		kind := channel.of(n.Ask.Expect)
		entry, ok := c.d.vocabulary.Entries[kind]
		if kind == "text" {
			entry, ok = textEntry(), true
			if channel == Voice {
				c.add(name, "words_by_voice", name)
			}
		}
		if !ok {
			c.add(name, "expects", name, kind, channel, c.entryNames())
			continue
		}
		if to := c.d.Nodes[channel.of(n.To)]; entry.Type == TypeSecret && to != nil && to.Do == "" {
			c.add(name, "secret_unused", name, channel.of(n.To))
		}
		if n.Ask.Spoken && channel == Voice && entry.Type == TypeSecret {
			c.add(name, "secret_aloud", name)
		}
		for reason := range n.Wrong {
			if !slices.Contains(c.reasons(n), reason) {
				c.add(name, "reason", name, reason, strings.Join(entry.Reasons, ", "))
			}
		}
	}
	for _, key := range n.Wrong {
		c.text(name, key, Channels, nil)
	}
}

func (c *checker) reasons(n *Node) []string {
	var all []string
	for _, kind := range n.Ask.Expect {
		if kind == "text" {
			all = append(all, textEntry().Reasons...)
		}
		all = append(all, c.d.vocabulary.Entries[kind].Reasons...)
	}
	return all
}

func (c *checker) entryNames() string {
	return "text, " + strings.Join(slices.Sorted(maps.Keys(c.d.vocabulary.Entries)), ", ")
}

func (c *checker) do(name string, n *Node) {
	action, ok := c.d.vocabulary.Actions[n.Do]
	if !ok {
		c.add(name, "action", name, n.Do, strings.Join(slices.Sorted(maps.Keys(c.d.vocabulary.Actions)), ", "))
		return
	}
	for input := range action.Inputs {
		if n.With[input] == "" {
			c.add(name, "input", name, input, n.Do)
		}
	}
	if to := c.d.Nodes[n.With[action.Enters]]; action.Enters != "" && (to == nil || to.Queue == nil) {
		c.add(name, "enters", name, action.Enters, n.Do)
	}
	if action.Writes && n.Write == "" {
		c.add(name, "write", name, n.Do)
	}
	if n.Write != "" {
		c.text(name, n.Write, []Channel{SMS}, n.With)
	}
	var outcomes []string
	for outcome := range action.Outcomes {
		outcomes = append(outcomes, outcome)
	}
	c.outcomes(name, n, outcomes)
}

func (c *checker) queue(name string, n *Node) {
	if n.Queue.Name == "" || n.Queue.Reason == "" {
		c.add(name, "queue", name)
	}
	if n.Queue.Say != "" {
		c.text(name, n.Queue.Say, Channels, nil)
	}
	c.wait(name, n)
	outcomes := QueueOutcomes
	if _, ok := n.Outcomes[QueueAfterHours]; ok {
		outcomes = append(slices.Clone(outcomes), QueueAfterHours)
	}
	c.outcomes(name, n, outcomes)
}

// wait finds what is wrong with what a caller hears and keys while waiting.
func (c *checker) wait(name string, n *Node) {
	if len(n.Options) > 0 && (n.Queue.Wait == nil || n.Queue.Wait.Keys == "") {
		c.add(name, "queue_keys", name)
	}
	if wait := n.Queue.Wait; wait != nil {
		place, from, to := map[string]string{WaitPlace: ""}, map[string]string{WaitFrom: "", WaitTo: ""}, map[string]string{WaitTo: ""}
		for key, with := range map[string]map[string]string{wait.Place: place, wait.Between: from, wait.Within: to, wait.Same: nil} {
			c.text(name, key, []Channel{Voice}, with)
		}
		for _, key := range []string{wait.Keys, wait.Back, wait.Outgoing, wait.Recorded} {
			if key != "" {
				c.text(name, key, []Channel{Voice}, nil)
			}
		}
		if wait.Ask != "" {
			c.way(name, name, wait.Ask, false)
			if ask := c.d.Nodes[wait.Ask]; ask != nil && ask.Menu == nil {
				c.add(name, "queue_asks", name, wait.Ask)
			}
		}
		if wait.News != "" {
			c.text(name, wait.News, []Channel{Voice}, map[string]string{"text": ""})
		}
	}
	c.options(name, n.Options, Voice)
	for i, option := range n.Options {
		where := fmt.Sprintf("%s.options.%d", name, i)
		if option.Key == "" || option.Word != "" || option.Looks != "" || option.As != "" || option.Answer {
			c.add(where, "queue_option", name)
		}
		c.way(where, name, option.To, false)
	}
}

func (c *checker) outcomes(name string, n *Node, outcomes []string) {
	for _, outcome := range slices.Sorted(slices.Values(outcomes)) { // they may be shared
		way, ok := n.Outcomes[outcome]
		switch {
		case !ok:
			c.add(name, "outcome", name, outcome)
		case way.Retry != "":
			c.way(name, name, way.Retry, false)
			if target := c.d.Nodes[way.Retry]; target != nil && target.Ask == nil && target.Menu == nil {
				c.add(name, "retries", name, way.Retry)
			}
			if way.Say != "" {
				c.text(name, way.Say, Channels, nil)
			}
		default:
			c.way(name, name, way.To, true)
		}
	}
	for outcome := range n.Outcomes {
		if !slices.Contains(outcomes, outcome) {
			c.add(name, "no_outcome", name, outcome, strings.Join(outcomes, ", "))
		}
	}
}

func (c *checker) starts() {
	for _, channel := range Channels {
		if c.d.Nodes[c.d.Start[channel]] == nil {
			c.add("", "start", channel)
		}
	}
	for _, option := range c.d.Anywhere.Voice {
		if option.Spoken != "" {
			c.phrases("", option.Spoken)
		}
		if c.d.Nodes[option.To] == nil {
			c.add("", "anywhere_key", option.Key, option.To)
		}
	}
	if name := c.d.Anywhere.SMS; name != "" && (c.d.Nodes[name] == nil || c.d.Nodes[name].Menu == nil) {
		c.add("", "anywhere_words", name)
	}
	for _, key := range []string{c.d.Defaults.Spoken.Back, c.d.Defaults.Spoken.Repeat, c.d.Defaults.Spoken.More} {
		if key != "" {
			c.phrases("", key)
		}
	}
	for what, key := range map[string]string{"wrong": c.d.Defaults.Wrong, "silence": c.d.Defaults.Silence} {
		if key == "" {
			c.add("", "defaults", what)
			continue
		}
		c.text("", key, Channels, nil)
	}
	if key := c.d.Defaults.Unreadable; key != "" {
		c.text("", key, []Channel{SMS}, nil)
	}
}

func (c *checker) reachable() {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, to := range c.targets[name] {
			visit(to)
		}
	}
	for _, start := range c.d.Start {
		visit(start)
	}
	for _, option := range c.d.Anywhere.Voice {
		visit(option.To)
	}
	ends := c.endable()
	for name := range c.d.Nodes {
		if !seen[name] {
			c.add(name, "unreachable", name)
		} else if !ends[name] {
			c.add(name, "endless", name)
		}
	}
}

// endable finds the nodes from which an end can be reached.
func (c *checker) endable() map[string]bool {
	ends := map[string]bool{}
	for name, n := range c.d.Nodes {
		ends[name] = n.End != nil || n.Return != ""
	}
	for changed := true; changed; {
		changed = false
		for name, targets := range c.targets {
			if !ends[name] && slices.ContainsFunc(targets, func(to string) bool { return ends[to] }) {
				ends[name], changed = true, true
			}
		}
	}
	return ends
}

// loops finds circles in which the citizen is never asked anything.
func (c *checker) loops() {
	next := map[string][]string{}
	for _, e := range c.silent {
		if n := c.d.Nodes[e.to]; n.Menu != nil && n.Menu.Remember == "" || n.Ask != nil {
			continue
		}
		next[e.from] = append(next[e.from], e.to)
	}
	const onPath, done = 1, 2
	mark := map[string]int{}
	var visit func(string)
	visit = func(name string) {
		mark[name] = onPath
		for _, to := range next[name] {
			switch mark[to] {
			case onPath:
				c.add(name, "circle", name, to)
			case 0:
				visit(to)
			}
		}
		mark[name] = done
	}
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if mark[name] == 0 {
			visit(name)
		}
	}
}

package dialogue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Finding is something wrong with a dialogue, where it stands, and what to do about it.
type Finding struct {
	File    string
	Line    int
	Problem string
	Advice  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s; %s", f.File, f.Line, f.Problem, f.Advice)
}

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
	return slices.Compact(c.found)
}

type checker struct {
	d       *Definition
	found   []Finding
	targets map[string][]string // where each node leads
	silent  []edge              // ways that ask the citizen nothing
}

type edge struct{ from, to string }

func (c *checker) add(where, problem, advice string, args ...any) {
	line := c.d.lines[where]
	if line == 0 {
		line = 1
	}
	c.found = append(c.found, Finding{File: File, Line: line, Problem: fmt.Sprintf(problem, args...), Advice: advice})
}

// way notes that a node leads to another. Silent ways are those that need nothing from the citizen.
func (c *checker) way(where, from, to string, silent bool) {
	if to == "" {
		c.add(where, "node %s leads nowhere", "say where it goes with `to`", from)
		return
	}
	if c.d.Nodes[to] == nil {
		c.add(where, "node %s leads to %s, which is not there", "name a node that exists", from, to)
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
		c.add(name, "node %s must be exactly one of say, menu, ask, do, queue, call, return, end", "split it, or say what it is", name)
	case "say":
		c.text(name, n.Say, Channels, n.With)
		c.route(name, n.To, true)
	case "menu":
		c.menu(name, n)
		c.spoken(name, n)
	case "ask":
		c.ask(name, n)
	case "do":
		c.do(name, n)
	case "queue":
		c.queue(name, n)
		c.spoken(name, n)
	case "call":
		c.way(name, name, n.Call, true)
		for _, outcome := range slices.Sorted(maps.Keys(n.Outcomes)) {
			if n.Outcomes[outcome].Retry != "" {
				c.add(name, "call %s retries for the outcome %s", "lead to a node: what was called asks again by itself", name, outcome)
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
		c.add(name, "node %s asks without limit", "set tries, there or in defaults", name)
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
		c.add(name, "menu %s offers nothing", "give it options, or a list with each", name)
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
			c.add(name, "long of menu %s needs letters and into, and works at the node of anywhere.sms only", "say both, and put it there", name)
		}
	}
	for _, channel := range Channels {
		c.options(name, n.Options, channel)
	}
	for i, option := range n.Options {
		where := fmt.Sprintf("%s.options.%d", name, i)
		c.way(where, name, option.To, false)
		if option.Aside && (option.Word == "" || name != c.d.Anywhere.SMS) {
			c.add(where, "an option of menu %s cannot be taken aside", "aside is for a word of the node of anywhere.sms", name)
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
			c.add(where, "menu %s has key %s twice", "give each option a key of its own", name, option.Key)
		}
		if option.Key == KeyBack || option.Key == KeyEnd {
			c.add(where, "menu %s uses key %s", "that key means the same everywhere; take a digit", name, option.Key)
		}
		keys[option.Key] = true
		if _, ok := c.d.vocabulary.Entries[option.Looks]; option.Looks != "" && !ok {
			c.add(where, "menu %s looks for %s, which is no kind of entry", c.entryNames(), name, option.Looks)
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
					c.add(where, "menu %s has the word %q for two options", "a person could not tell them apart: choose another", name, word)
				}
				words[word] = i
				for _, sound := range soundsOf(word) {
					if other, ok := sounds[sound]; ok && other != i {
						c.add(where, "menu %s has the word %q for one option, and one that is the same in Latin letters for another",
							"a person could not tell them apart: choose another", name, word)
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
		c.add(where, "menu %s says that %q follows a word", "it can be nothing, digits, words", name, option.Follows)
	}
	if to := c.d.Nodes[option.To]; option.As != "" && (to == nil || to.Menu == nil || !strings.HasPrefix(option.As, "$")) {
		c.add(where, "menu %s has an option that counts as a text, and no menu takes it", "give as a $slot, and lead to a menu", name)
	}
}

func (c *checker) ask(name string, n *Node) {
	c.limit(name, n)
	c.text(name, n.Ask.Say, Channels, n.Ask.With)
	c.route(name, n.To, false)
	if n.Ask.Into == "" {
		c.add(name, "ask %s keeps its answer nowhere", "name a slot with into", name)
	}
	for _, channel := range Channels {
		kind := channel.of(n.Ask.Expect)
		entry, ok := c.d.vocabulary.Entries[kind]
		if kind == "text" {
			entry, ok = textEntry(), true
			if channel == Voice {
				c.add(name, "ask %s expects words by voice", "expect something that can be keyed", name)
			}
		}
		if !ok {
			c.add(name, "ask %s expects %q by %s", c.entryNames(), name, kind, channel)
			continue
		}
		if to := c.d.Nodes[channel.of(n.To)]; entry.Type == TypeSecret && to != nil && to.Do == "" {
			c.add(name, "ask %s takes a secret, and %s does nothing with it", "lead to a do: a secret is gone after the step", name, channel.of(n.To))
		}
		if n.Ask.Spoken && channel == Voice && entry.Type == TypeSecret {
			c.add(name, "ask %s has a secret said aloud", "leave out spoken: others hear it", name)
		}
		for reason := range n.Wrong {
			if !slices.Contains(c.reasons(n), reason) {
				c.add(name, "ask %s explains %s, which is never a reason", "it can be "+strings.Join(entry.Reasons, ", "), name, reason)
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
	return "choose one of text, " + strings.Join(slices.Sorted(maps.Keys(c.d.vocabulary.Entries)), ", ")
}

func (c *checker) do(name string, n *Node) {
	action, ok := c.d.vocabulary.Actions[n.Do]
	if !ok {
		c.add(name, "node %s does %s, which is no action", "choose one of "+strings.Join(slices.Sorted(maps.Keys(c.d.vocabulary.Actions)), ", "), name, n.Do)
		return
	}
	for input := range action.Inputs {
		if n.With[input] == "" {
			c.add(name, "node %s does not say %s for %s", "add it under with", name, input, n.Do)
		}
	}
	if to := c.d.Nodes[n.With[action.Enters]]; action.Enters != "" && (to == nil || to.Queue == nil) {
		c.add(name, "node %s does not name a queue's node as %s for %s", "name one that exists", name, action.Enters, n.Do)
	}
	if action.Writes && n.Write == "" {
		c.add(name, "node %s does not say what %s is to send", "name a text with write", name, n.Do)
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
		c.add(name, "queue %s needs a name and a reason", "say which queue, and what the operator is told", name)
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
		c.add(name, "queue %s has keys that no caller hears of", "say them with wait.keys", name)
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
				c.add(name, "queue %s asks by %s whether a talk may be recorded, which is no menu", "name the menu that asks", name, wait.Ask)
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
			c.add(where, "queue %s has an option that is not one key", "a caller who waits can only press a key", name)
		}
		c.way(where, name, option.To, false)
	}
}

func (c *checker) outcomes(name string, n *Node, outcomes []string) {
	for _, outcome := range slices.Sorted(slices.Values(outcomes)) { // they may be shared
		way, ok := n.Outcomes[outcome]
		switch {
		case !ok:
			c.add(name, "node %s has no way for the outcome %s", "say where it leads", name, outcome)
		case way.Retry != "":
			c.way(name, name, way.Retry, false)
			if target := c.d.Nodes[way.Retry]; target != nil && target.Ask == nil && target.Menu == nil {
				c.add(name, "node %s retries %s, which asks nothing", "retry an ask or a menu", name, way.Retry)
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
			c.add(name, "node %s awaits the outcome %s, which never comes", "it can be "+strings.Join(outcomes, ", "), name, outcome)
		}
	}
}

func (c *checker) starts() {
	for _, channel := range Channels {
		if c.d.Nodes[c.d.Start[channel]] == nil {
			c.add("", "no start by %s", "name a node under start", channel)
		}
	}
	for _, option := range c.d.Anywhere.Voice {
		if option.Spoken != "" {
			c.phrases("", option.Spoken)
		}
		if c.d.Nodes[option.To] == nil {
			c.add("", "key %s leads anywhere to %s, which is not there", "name a node that exists", option.Key, option.To)
		}
	}
	if name := c.d.Anywhere.SMS; name != "" && (c.d.Nodes[name] == nil || c.d.Nodes[name].Menu == nil) {
		c.add("", "the words of %s cannot work anywhere", "name a menu", name)
	}
	for _, key := range []string{c.d.Defaults.Spoken.Back, c.d.Defaults.Spoken.Repeat, c.d.Defaults.Spoken.More} {
		if key != "" {
			c.phrases("", key)
		}
	}
	for what, key := range map[string]string{"wrong": c.d.Defaults.Wrong, "silence": c.d.Defaults.Silence} {
		if key == "" {
			c.add("", "defaults have no text for %s", "a citizen must be told what was wrong", what)
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
			c.add(name, "node %s cannot be reached", "lead to it, or take it out", name)
		} else if !ends[name] {
			c.add(name, "no way from node %s ever ends", "lead to an end", name)
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
				c.add(name, "node %s goes round to %s without asking the citizen anything", "put a menu or an ask between", name, to)
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

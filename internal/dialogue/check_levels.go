package dialogue

import (
	"maps"
	"slices"
	"strings"
)

// next gives where a node leads; outcomes of which skip says so are left out.
func (c *checker) next(name string, skip func(n *Node, outcome string) bool) (to []string) {
	n := c.d.Nodes[name]
	if n == nil || skip == nil || n.Do == "" {
		return c.targets[name]
	}
	for outcome, way := range n.Outcomes {
		if !skip(n, outcome) {
			to = append(to, way.To, way.Retry)
		}
	}
	return to
}

// from gives the nodes that are reached from some nodes, which are of them.
func (c *checker) from(skip func(*Node, string) bool, starts ...string) map[string]bool {
	seen := map[string]bool{}
	for len(starts) > 0 {
		name := starts[len(starts)-1]
		starts = starts[:len(starts)-1]
		if seen[name] || c.d.Nodes[name] == nil {
			continue
		}
		seen[name] = true
		starts = append(starts, c.next(name, skip)...)
	}
	return seen
}

// calls finds calls without a way for what comes back, and returns that nothing calls.
func (c *checker) calls() {
	called := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.d.Nodes)) {
		n := c.d.Nodes[name]
		if n.Call == "" {
			continue
		}
		returns := map[string]bool{}
		for reached := range c.within(n.Call) {
			if outcome := c.d.Nodes[reached].Return; outcome != "" {
				called[reached], returns[outcome] = true, true
			}
		}
		for _, outcome := range slices.Sorted(maps.Keys(returns)) {
			if _, ok := n.Outcomes[outcome]; !ok {
				c.add(name, "call_outcome", name, outcome)
			}
		}
		for outcome := range n.Outcomes {
			if !returns[outcome] {
				c.add(name, "call_no_outcome", name, outcome, strings.Join(slices.Sorted(maps.Keys(returns)), ", "))
			}
		}
	}
	for name, n := range c.d.Nodes {
		if n.Return != "" && !called[name] {
			c.add(name, "not_called", name)
		}
	}
}

// within gives the nodes of a part that is called: those before a return. What a key or word leads to anywhere is not of it.
func (c *checker) within(first string) map[string]bool {
	return c.from(nil, first)
}

// levels finds actions whose citizens are verified too little and can do nothing about it: no way to prove who they are, nobody to ask;
// and those that are not done once they have.
func (c *checker) levels() {
	unproved := c.unproved()
	for _, name := range slices.Sorted(maps.Keys(c.d.Nodes)) {
		n := c.d.Nodes[name]
		action, ok := c.d.vocabulary.Actions[n.Do]
		if !unproved[name] {
			continue
		}
		way, given := n.Outcomes[action.Below]
		if !ok || action.Below == "" || !given || way.To == "" {
			continue
		}
		call, helped := c.stepUp(way.To)
		switch {
		case call == "" && !helped:
			c.add(name, "unproved", n.Do, action.Below)
		case call != "" && !c.comesBack(call, n.Do):
			c.add(call, "proof_lost", call, n.Do)
		}
	}
}

// unproved gives the nodes to which a citizen comes who has not come back from a proof.
func (c *checker) unproved() map[string]bool {
	seen := map[string]bool{}
	waiting := c.begins()
	for len(waiting) > 0 {
		name := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		n := c.d.Nodes[name]
		if n == nil || seen[name] {
			continue
		}
		seen[name] = true
		if n.Call != "" && c.proves(n.Call) {
			waiting = append(waiting, n.Call)
			continue
		}
		waiting = append(waiting, c.targets[name]...)
	}
	return seen
}

// begins gives the nodes where a citizen begins, or comes by a key at any time.
func (c *checker) begins() []string {
	all := slices.Collect(maps.Values(c.d.Start))
	for _, option := range c.d.Anywhere.Voice {
		all = append(all, option.To)
	}
	return all
}

// stepUp looks for a call that proves who speaks, and for an operator, where a citizen comes at once, or by one answer.
func (c *checker) stepUp(name string) (call string, helped bool) {
	seen, asked := map[string]bool{}, ""
	var visit func(string)
	visit = func(name string) {
		n := c.d.Nodes[name]
		if seen[name] || n == nil {
			return
		}
		seen[name] = true
		switch {
		case n.Queue != nil:
			helped = true
			return
		case n.Call != "":
			if c.proves(n.Call) {
				call = name
			}
			return
		case n.Menu != nil || n.Ask != nil:
			if asked != "" && asked != name {
				return
			}
			asked = name
			for _, option := range n.Options {
				visit(option.To)
			}
			return
		}
		for _, to := range c.targets[name] {
			visit(to)
		}
	}
	visit(name)
	return call, helped
}

func (c *checker) proves(first string) bool {
	for name := range c.within(first) {
		if c.d.vocabulary.Actions[c.d.Nodes[name].Do].Proves {
			return true
		}
	}
	return false
}

// comesBack says whether some outcome of a call has an action done, before the citizen is asked anything.
func (c *checker) comesBack(call, action string) bool {
	seen := map[string]bool{}
	var visit func(string) bool
	visit = func(name string) bool {
		n := c.d.Nodes[name]
		if seen[name] || n == nil || n.Menu != nil || n.Ask != nil {
			return false
		}
		seen[name] = true
		return n.Do == action || slices.ContainsFunc(c.targets[name], visit)
	}
	for _, way := range c.d.Nodes[call].Outcomes {
		if visit(way.To) {
			return true
		}
	}
	return false
}

// personal finds nodes that say a personal value, and that a dialogue can reach without the outcome that gives the value. An action gives a
// personal value with one of its outcomes, after it has checked who the citizen is.
func (c *checker) personal() {
	type from struct{ action, outcome string }
	givers, open := map[string][]from{}, map[string]bool{}
	for name, action := range c.d.vocabulary.Actions {
		for outcome, values := range action.Outcomes {
			for value := range values {
				slot := outcome + "." + value
				if slices.Contains(action.Personal, outcome) {
					givers[slot] = append(givers[slot], from{name, outcome})
				} else {
					open[slot] = true
				}
			}
		}
	}
	starts := c.begins()
	for _, slot := range slices.Sorted(maps.Keys(givers)) {
		if open[slot] {
			continue // something else gives one of that name to anybody
		}
		reached := c.from(func(n *Node, outcome string) bool { return slices.Contains(givers[slot], from{n.Do, outcome}) }, starts...)
		for _, name := range slices.Sorted(maps.Keys(c.d.Nodes)) {
			if reached[name] && c.d.Nodes[name].reads("$"+slot) {
				c.add(name, "personal", name, "{"+slot+"}")
			}
		}
	}
}

// reads says whether a node gives a value to a text.
func (n *Node) reads(value string) bool {
	withs := []map[string]string{n.With}
	if n.Menu != nil {
		withs = append(withs, n.Menu.With)
	}
	if n.Ask != nil {
		withs = append(withs, n.Ask.With)
	}
	if n.End != nil {
		withs = append(withs, n.End.With)
	}
	if n.Queue != nil {
		withs = append(withs, n.Queue.With)
	}
	return slices.ContainsFunc(withs, func(with map[string]string) bool {
		return slices.Contains(slices.Collect(maps.Values(with)), value)
	})
}

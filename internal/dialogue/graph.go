package dialogue

import (
	"cmp"
	"maps"
	"slices"
)

// Graph is a dialogue as it is drawn: its nodes in the order of the file, and the ways between them.
type Graph struct {
	Nodes []GraphNode
	Ways  []GraphWay
}

// GraphNode is a node as it is drawn.
type GraphNode struct {
	Name   string
	Kind   string // say, menu, ask, do, queue, call, return, end; "": it is none, or several
	Line   int    // of dialogue.yaml
	Does   string // the action, the queue, or the part that is called; "" of others
	Starts []Channel
	Texts  []string // the keys of what it says
}

// GraphWay is a way from a node that is there to another.
type GraphWay struct {
	From, To string
	By       string // the key or the word, the outcome, the channel; "": it leads on by itself
}

// Graph draws the dialogue. What holds for every node (the keys of anywhere, the node that helps whoever gets no further) is left out.
func (d *Definition) Graph() Graph {
	var g Graph
	for name, n := range d.Nodes {
		node := GraphNode{Name: name, Kind: n.kind(), Line: d.lines[name], Does: n.does(), Texts: n.texts()}
		for _, channel := range Channels {
			if d.Start[channel] == name {
				node.Starts = append(node.Starts, channel)
			}
		}
		g.Nodes = append(g.Nodes, node)
	}
	slices.SortFunc(g.Nodes, func(a, b GraphNode) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name)) })
	for _, node := range g.Nodes {
		for _, way := range d.Nodes[node.Name].ways() {
			if d.Nodes[way.To] != nil && !slices.Contains(g.Ways, GraphWay{node.Name, way.To, way.By}) {
				g.Ways = append(g.Ways, GraphWay{node.Name, way.To, way.By})
			}
		}
	}
	return g
}

func (n *Node) does() string {
	if n.Queue != nil {
		return n.Queue.Name
	}
	return cmp.Or(n.Do, n.Call, n.Return)
}

// ways gives where a node leads, in the order in which it says so.
func (n *Node) ways() (ways []GraphWay) {
	add := func(to, by string) { ways = append(ways, GraphWay{To: to, By: by}) }
	for _, option := range n.Options {
		add(option.To, cmp.Or(option.Key, option.Word, option.Looks))
	}
	if n.Call != "" {
		add(n.Call, "")
	}
	if n.Menu != nil {
		add(n.Menu.Else, "else")
		if n.Menu.Otherwise != nil {
			add(n.Menu.Otherwise.To, "otherwise")
		}
		if n.Menu.Long != nil {
			add(n.Menu.Long.To, "long")
		}
	}
	if n.Ask != nil {
		add(n.Ask.Else, "else")
	}
	if n.Queue != nil && n.Queue.Wait != nil && n.Queue.Wait.Ask != "" {
		add(n.Queue.Wait.Ask, "ask")
	}
	for _, outcome := range slices.Sorted(maps.Keys(n.Outcomes)) {
		add(cmp.Or(n.Outcomes[outcome].To, n.Outcomes[outcome].Retry), outcome)
	}
	same := map[string]int{}
	for _, to := range n.To {
		same[to]++
	}
	for _, channel := range Channels {
		switch to := n.To[channel]; {
		case same[to] == len(n.To):
			add(to, "")
		case to != "":
			add(to, string(channel))
		}
	}
	return ways
}

// texts gives the keys of what a node says, each once.
func (n *Node) texts() (keys []string) {
	add := func(all ...string) {
		for _, key := range all {
			if key != "" && key[0] != '$' && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	add(n.Say, n.Write)
	if n.Menu != nil {
		add(n.Menu.Say, n.Menu.Aside, n.Menu.Item)
	}
	if n.Ask != nil {
		add(n.Ask.Say)
	}
	if n.Queue != nil {
		add(n.Queue.Say, n.Queue.Reason)
		if wait := n.Queue.Wait; wait != nil {
			add(wait.Place, wait.Within, wait.Between, wait.Same, wait.Keys, wait.News, wait.Back, wait.Outgoing, wait.Recorded)
		}
	}
	if n.End != nil {
		add(n.End.Say)
	}
	for _, option := range n.Options {
		add(option.Word)
	}
	for _, reason := range slices.Sorted(maps.Keys(n.Wrong)) {
		add(n.Wrong[reason])
	}
	for _, outcome := range slices.Sorted(maps.Keys(n.Outcomes)) {
		add(n.Outcomes[outcome].Say)
	}
	return keys
}

// TextLines gives on which line of its file each text stands, by file and key.
func (d *Definition) TextLines() map[string]map[string]int {
	found := map[string]map[string]int{}
	for l, texts := range d.Texts.byLanguage {
		of := map[string]int{}
		for key, text := range texts {
			of[key] = text.line
		}
		found[textFile(l)] = of
	}
	return found
}

package dialogue

import (
	"errors"
	"maps"
	"slices"
)

// ErrNoQueue says that a node is not a queue.
var ErrNoQueue = errors.New("the node is no queue")

// queue gives the node of the queue that the citizen waits in, or nil.
func (r *run) queue() *Node {
	if node := r.d.Nodes[r.s.Node]; r.s.Pending != nil && node != nil && node.Queue != nil {
		return node
	}
	return nil
}

// tellWait says how the wait stands. It is not said again to a citizen whose call is taken over.
func (r *run) tellWait(values map[string]Value) {
	r.repeat = true
	node := r.queue()
	if node == nil || node.Queue.Wait == nil {
		return
	}
	wait := node.Queue.Wait
	if news, ok := values[WaitNews]; ok {
		if wait.News != "" {
			r.say(wait.News, map[string]Value{"text": news})
		}
		return
	}
	if len(values) == 0 {
		r.say(wait.Same, nil)
		return
	}
	r.say(wait.Place, values)
	switch {
	case values[WaitTo].Text == "":
	case values[WaitFrom].Text == "":
		r.say(wait.Within, values)
	default:
		r.say(wait.Between, values)
	}
	if wait.Keys != "" {
		r.say(wait.Keys, nil)
	}
}

// leaveQueue follows a key out of the wait. Any other changes nothing.
func (r *run) leaveQueue(key string) {
	node := r.queue()
	if node != nil {
		for _, option := range node.Options {
			if option.Key == key && option.open(r.s.Channel) {
				r.s.Pending, r.s.Said = nil, nil
				r.choose(option, "")
				return
			}
		}
	}
	r.repeat = true
}

// IsQueue says whether a node is one.
func (d *Definition) IsQueue(node string) bool {
	return d.Nodes[node] != nil && d.Nodes[node].Queue != nil
}

// Announces says whether those who are called from a queue's node can be told that the talk is recorded.
func (d *Definition) Announces(node string) bool {
	n := d.Nodes[node]
	return n != nil && n.Queue != nil && n.Queue.Wait != nil && n.Queue.Wait.Recorded != ""
}

// CalledBack has whoever waits in a queue hear, when called back, why the telephone rang; recorded: and that the talk is recorded.
func (d *Definition) CalledBack(state State, recorded bool) State {
	return d.called(state, recorded, func(w *Wait) string { return w.Back })
}

// Called is CalledBack for a citizen whom an agent calls.
func (d *Definition) Called(state State, recorded bool) State {
	return d.called(state, recorded, func(w *Wait) string { return w.Outgoing })
}

func (d *Definition) called(state State, recorded bool, why func(*Wait) string) State {
	r := &run{d: d, s: clone(state)}
	node := r.queue()
	if node == nil || node.Queue.Wait == nil {
		return r.s
	}
	if key := why(node.Queue.Wait); key != "" {
		r.s.Said = nil
		r.say(key, nil)
	}
	if recorded && node.Queue.Wait.Recorded != "" {
		r.say(node.Queue.Wait.Recorded, nil)
	}
	return r.result().State
}

// AsksToRecord says whether those who are called from a queue's node can be asked whether the talk may be recorded.
func (d *Definition) AsksToRecord(node string) bool {
	n := d.Nodes[node]
	return n != nil && n.Queue != nil && n.Queue.Wait != nil && n.Queue.Wait.Ask != ""
}

// reached asks a citizen who was called whether the talk may be recorded, behind the words that say why the telephone rang.
func (r *run) reached() {
	node := r.queue()
	if node == nil || node.Queue.Wait == nil || node.Queue.Wait.Ask == "" {
		r.resume()
		return
	}
	r.said = slices.Clone(r.s.Said)
	r.s.Said, r.s.Pending, r.s.Called = nil, nil, true
	r.enter(node.Queue.Wait.Ask)
}

// OutgoingNode gives the node of the queue in which citizens stand whom an agent calls for a queue: one that says who calls, of that queue before any
// other; or else [Definition.CallBackNode].
func (d *Definition) OutgoingNode(queue string) string {
	found := ""
	for _, name := range slices.Sorted(maps.Keys(d.Nodes)) {
		n := d.Nodes[name]
		if n == nil || n.Queue == nil || n.Queue.Wait == nil || n.Queue.Wait.Outgoing == "" {
			continue
		}
		if n.Queue.Name == queue {
			return name
		}
		if found == "" {
			found = name
		}
	}
	if found == "" {
		found = d.CallBackNode()
	}
	return found
}

// CallBackNode gives the node of the queue in which citizens wait who ask for a call in no conversation: the first by its name that says why the
// telephone rings. It is "" where none does.
func (d *Definition) CallBackNode() string {
	for _, name := range slices.Sorted(maps.Keys(d.Nodes)) {
		if n := d.Nodes[name]; n != nil && n.Queue != nil && n.Queue.Wait != nil && n.Queue.Wait.Back != "" {
			return name
		}
	}
	return ""
}

// Enqueue gives the state of a session that begins in a queue, with the effect that joins it. [ErrNoQueue].
func (d *Definition) Enqueue(state State, node string) (State, *Effect, error) {
	if !d.IsQueue(node) {
		return state, nil, ErrNoQueue
	}
	r := &run{d: d, s: clone(state)}
	r.s.Steps++
	r.enter(node)
	result := r.result()
	return result.State, result.Effect, nil
}

// QueueNode gives the node at which citizens join a queue: the one that helps whoever gets no further, if it is one of that queue, or else the
// first by its name; "": the dialogue has none.
func (d *Definition) QueueNode(queue string) string {
	joins := func(name string) bool {
		n := d.Nodes[name]
		return n != nil && n.Queue != nil && n.Queue.Name == queue
	}
	if joins(d.Defaults.Else) {
		return d.Defaults.Else
	}
	for _, name := range slices.Sorted(maps.Keys(d.Nodes)) {
		if joins(name) {
			return name
		}
	}
	return ""
}

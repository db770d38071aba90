package dialogue

import "slices"

// mostCalls bounds the calls that are kept: the first are forgotten. mostReturnTrail bounds the way back from each.
const (
	mostCalls       = 4
	mostReturnTrail = 8
)

// call goes to the part that a node calls, and gives its first node.
func (r *run) call(name string, node *Node) string {
	if n := len(r.s.Trail); n > mostReturnTrail {
		r.s.Trail = slices.Clone(r.s.Trail[n-mostReturnTrail:])
	}
	r.s.Calls = append(slices.Clone(r.s.Calls), Frame{name, slices.Clone(r.s.Trail)})
	if n := len(r.s.Calls); n > mostCalls {
		r.s.Calls = r.s.Calls[n-mostCalls:]
	}
	return node.Call
}

// comeBack goes back to where the last call came from, and gives the node that follows there; "" when nothing called.
func (r *run) comeBack(outcome string) string {
	n := len(r.s.Calls)
	if n == 0 {
		return ""
	}
	frame := r.s.Calls[n-1]
	r.s.Calls, r.s.Trail = slices.Clone(r.s.Calls[:n-1]), frame.Trail
	caller := r.d.Nodes[frame.Node]
	if caller == nil {
		return ""
	}
	return caller.Outcomes[outcome].To
}

// leaveCalls forgets the calls that the citizen has gone back behind.
func (r *run) leaveCalls() {
	r.s.Calls = slices.DeleteFunc(slices.Clone(r.s.Calls), func(f Frame) bool { return len(f.Trail) >= len(r.s.Trail) })
}

// Secret says whether what a session waits for is a secret: it is put into no transcript.
func (d *Definition) Secret(s State) bool {
	node := d.Nodes[s.Node]
	return s.Pending == nil && !s.Ended && node != nil && node.Ask != nil && d.entry(node.Ask, s.Channel).Type == TypeSecret
}

// withoutSecrets is an effect as it is kept while its outcome is awaited.
func (e *Effect) withoutSecrets() *Effect {
	if e == nil {
		return nil
	}
	kept := *e
	kept.With = map[string]Value{}
	for name, value := range e.With {
		if value.Type != TypeSecret {
			kept.With[name] = value
		}
	}
	return &kept
}

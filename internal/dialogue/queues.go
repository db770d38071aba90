package dialogue

import "slices"

// Queues lists the queues that the nodes of a dialogue name.
func (d *Definition) Queues() []string {
	var names []string
	for _, n := range d.Nodes {
		if n.Queue != nil {
			names = append(names, n.Queue.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

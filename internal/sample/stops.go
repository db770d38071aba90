package sample

import (
	"time"

	"okno/internal/catalogue"
	"okno/internal/contact"
	"okno/internal/dialogue"
)

// stops are where the dialogue waited for the citizen of a conversation, or ended by itself: nodes of the line that Okno comes with. asked is the
// service that the citizen heard of last.
func (g generator) stops(p contact.Past, asked catalogue.FileService) []contact.Stop {
	nodes, finished := g.spoken(p, asked)
	if p.Channel != string(dialogue.Voice) {
		nodes, finished = g.written(p)
	}
	until := p.EndedAt
	if p.Queue != "" {
		until = p.QueuedAt
	}
	all := make([]contact.Stop, len(nodes))
	for i, node := range nodes {
		all[i] = contact.Stop{Node: node, At: p.StartedAt.Add(until.Sub(p.StartedAt) * time.Duration(i) / time.Duration(len(nodes)))}
	}
	if finished {
		all[len(all)-1].At = p.EndedAt
	}
	return all
}

// spoken is a call's way.
func (g generator) spoken(p contact.Past, asked catalogue.FileService) (nodes []string, finished bool) {
	nodes = []string{"main"}
	switch {
	case p.Outcome == "incomplete": // nothing was told yet
		way := [][]string{{}, {"service_how"}, {"service_how", "service"}, {"status"}, {"service_how", "category"}}
		return append(nodes, pick(g, way)...), false
	case p.Queue != "":
		nodes = append(nodes, "operator")
		if finished = p.Came == contact.Handled && g.IntN(100) < 40; finished {
			nodes = append(nodes, "bye")
		}
		return nodes, finished
	case len(p.Asked) == 0:
		nodes = append(nodes, "status", "status_after")
	}
	for range p.Asked {
		nodes = append(nodes, "service_how", "service", offered(asked))
	}
	if finished = g.IntN(2) == 0; finished { // the others hang up once they have heard enough
		nodes = append(nodes, "anything_else", "bye")
	}
	return nodes, finished
}

// written is a conversation's way by SMS: each answer ends it.
func (g generator) written(p contact.Past) (nodes []string, finished bool) {
	switch {
	case p.Outcome == "incomplete":
		return []string{pick(g, []string{"service", "status", "search_none"})}, false
	case p.Queue != "":
		return []string{"operator"}, false
	}
	return []string{"done"}, true
}

// offered is the menu after a service has been told, by what its stage supports.
func offered(s catalogue.FileService) string {
	forms, status := s.Stage >= catalogue.StageForms, s.Stage >= catalogue.StageStatus
	for _, text := range s.Texts {
		forms = forms && text.Form != ""
	}
	switch {
	case forms && status:
		return "service_form_status"
	case forms:
		return "service_form"
	case status:
		return "service_status"
	}
	return "service_after"
}

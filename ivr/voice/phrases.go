package voice

import (
	"maps"
	"slices"

	"okno/internal/dialogue"
)

// Speaking has texts of its own that calls may have to say: the catalogue, the offices.
type Speaking interface {
	SpokenTexts(l dialogue.Language) []string
}

// Line is a phrase with what whoever records it has to know.
type Line struct {
	Phrase
	Of    string // where it comes from: "dialogue", "digits", "announcement", or the name of what else speaks
	Key   string // of the first text that has it; "" of others
	Whole string // the text that it is a stretch of, with its values in braces: what comes before and after
}

// Lines lists all that a call may have to say in words, each phrase once: the texts of a dialogue with the words of their values, those of whatever else
// speaks, digits, and what is said when something fails. In the languages of hears callers may speak, and are told so.
func Lines(d *dialogue.Definition, others map[string]Speaking, hears []dialogue.Language) []Line {
	var all []Line
	listed := map[Phrase]bool{}
	add := func(line Line) {
		if line.Text != "" && !listed[line.Phrase] {
			listed[line.Phrase] = true
			all = append(all, line)
		}
	}
	for _, l := range dialogue.Languages {
		for _, s := range d.Stretches(l, slices.Contains(hears, l)) {
			add(Line{Phrase{l, s.Words}, "dialogue", s.Key, s.Whole})
		}
		for _, name := range slices.Sorted(maps.Keys(others)) {
			for _, words := range others[name].SpokenTexts(l) {
				add(Line{Phrase{l, words}, name, "", words})
			}
		}
	}
	for _, w := range vocabulary() {
		add(Line{Phrase{w.language, w.text}, "digits", "", w.text})
	}
	for _, phrase := range announcements {
		add(Line{phrase, "announcement", "", phrase.Text})
	}
	return all
}

// Phrases are those of the lines.
func Phrases(d *dialogue.Definition, others map[string]Speaking, hears []dialogue.Language) []Phrase {
	lines := Lines(d, others, hears)
	all := make([]Phrase, len(lines))
	for i, line := range lines {
		all[i] = line.Phrase
	}
	return all
}

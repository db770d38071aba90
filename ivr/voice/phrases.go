package voice

import "okno/internal/dialogue"

// Speaking has texts of its own that calls may have to say: the catalogue, the offices.
type Speaking interface {
	SpokenTexts(l dialogue.Language) []string
}

// Phrases lists all that a call may have to say in words: the texts of a dialogue, and those of whatever else speaks.
func Phrases(texts *dialogue.Texts, others ...Speaking) []Phrase {
	var all []Phrase
	for _, l := range dialogue.Languages {
		for _, words := range texts.SpokenWords(l) {
			all = append(all, Phrase{Language: l, Text: words})
		}
		for _, other := range others {
			for _, words := range other.SpokenTexts(l) {
				all = append(all, Phrase{Language: l, Text: words})
			}
		}
	}
	return all
}

package voice

import (
	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

// Phrases lists all that a call may have to say in words: the texts of a dialogue, and those of the catalogue's services.
func Phrases(texts *dialogue.Texts, services *catalogue.Index) []Phrase {
	var all []Phrase
	for _, l := range dialogue.Languages {
		for _, words := range texts.SpokenWords(l) {
			all = append(all, Phrase{Language: l, Text: words})
		}
		for _, words := range services.SpokenTexts(l) {
			all = append(all, Phrase{Language: l, Text: words})
		}
	}
	return all
}

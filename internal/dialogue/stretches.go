package dialogue

import (
	"maps"
	"slices"
	"strings"
)

// Stretch is words that a voice says in one piece.
type Stretch struct {
	Words string
	Key   string // of the first text that has them
	Whole string // the text, with its values in braces
}

// Stretches lists all stretches of words that the dialogue can need by voice in a language, its values in their forms among them, so that a
// voice can be made of them ahead of time; with hears, those too that tell callers that they may speak. What is spoken digit by digit is not among them,
// nor what is only ever written.
func (d *Definition) Stretches(l Language, hears bool) []Stretch {
	written := d.onlyWritten()
	var found []Stretch
	listed := map[string]bool{}
	texts := d.Texts.byLanguage[l]
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		text := texts[key]
		_, own := texts[key+"."+string(Voice)]
		toSpeakers := strings.HasSuffix(key, "."+string(speech))
		if own || written[key] || toSpeakers && !hears || strings.HasSuffix(key, "."+string(SMS)) || strings.HasSuffix(key, "."+string(USSD)) {
			continue
		}
		for _, words := range append(text.spokenWords(), text.spokenValues(l)...) {
			if !listed[words] {
				listed[words] = true
				found = append(found, Stretch{words, key, text.source})
			}
		}
	}
	return found
}

// onlyWritten gives the texts that no voice says: the words of commands and of callers, what is sent by SMS, why somebody waits.
func (d *Definition) onlyWritten() map[string]bool {
	written, said := map[string]bool{}, map[string]bool{}
	for key := range d.vocabulary.Texts {
		written[key] = true
	}
	for _, key := range []string{d.Defaults.Wrong, d.Defaults.Silence, d.Defaults.Item, d.Defaults.More} {
		said[key] = true
	}
	for _, option := range d.Anywhere.Voice {
		written[option.Spoken] = true
	}
	for _, key := range []string{d.Defaults.Spoken.Back, d.Defaults.Spoken.Repeat, d.Defaults.Spoken.More} {
		written[key] = true
	}
	reasons := map[string]bool{} // slots
	for _, n := range d.Nodes {
		if n.Queue != nil {
			written[n.Queue.Reason] = true
			slot, _ := strings.CutPrefix(n.Queue.Reason, "$")
			reasons[slot] = true
		}
	}
	for _, n := range d.Nodes {
		written[n.Write] = true
		said[n.Say] = true
		for _, option := range n.Options {
			written[option.Word], written[option.Spoken] = true, true
			for slot, value := range option.Set {
				if reasons[slot] {
					written[value] = true
				}
			}
		}
		for _, key := range n.Wrong {
			said[key] = true
		}
		for _, way := range n.Outcomes {
			said[way.Say] = true
		}
		if n.Menu != nil {
			said[n.Menu.Say], said[n.Menu.Item] = true, true
		}
		if n.Ask != nil {
			said[n.Ask.Say] = true
		}
		if n.End != nil {
			said[n.End.Say] = true
		}
		if n.Queue != nil {
			said[n.Queue.Say] = true
		}
	}
	maps.DeleteFunc(written, func(key string, _ bool) bool { return said[key] })
	return written
}

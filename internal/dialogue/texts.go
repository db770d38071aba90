package dialogue

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Texts holds every text in every language.
type Texts struct {
	byLanguage map[Language]map[string]template
}

// parseTexts reads texts/<language>.yaml, and gives all that is wrong with these files. Keys nest: {main: {menu: …}} is the text main.menu.
func parseTexts(files map[string]string) (texts *Texts, found []Finding) {
	texts = &Texts{byLanguage: map[Language]map[string]template{}}
	for _, l := range Languages {
		name := textFile(l)
		var tree yaml.Node
		if err := yaml.NewDecoder(strings.NewReader(files[name])).Decode(&tree); err != nil {
			found = append(found, in(name, yamlCauses(err))...)
			continue
		}
		texts.byLanguage[l] = map[string]template{}
		found = append(found, in(name, flatten(tree.Content[0], "", texts.byLanguage[l]))...)
	}
	return texts, found
}

// flatten gives why texts cannot be read. A text that cannot is there all the same: another of its name is a second one.
func flatten(node *yaml.Node, prefix string, into map[string]template) (causes []cause) {
	switch node.Kind {
	case yaml.ScalarNode:
		parsed, wrong := parseTemplate(strings.TrimSpace(node.Value))
		parsed.line = node.Line
		into[prefix] = parsed
		return about(prefix, node.Line, wrong)
	case yaml.MappingNode:
		eachPair(node, func(key string, line int, value *yaml.Node) {
			full := key
			if prefix != "" {
				full = prefix + "." + key
			}
			if _, twice := into[full]; twice {
				causes = append(causes, because(line, "text_again", full))
			}
			causes = append(causes, flatten(value, full, into)...)
		})
		return causes
	default:
		return []cause{because(node.Line, "no_text", prefix)}
	}
}

// speech is where the texts stand for callers who may say what others key. It is no channel of its own.
const speech Channel = "speech"

// standIn gives the channel whose texts another can do with.
var standIn = map[Channel]Channel{SMS: USSD, USSD: SMS, speech: Voice}

// find gives the text for the channel: key.voice, key.speech, key.sms or key.ussd if there is one, else that of its stand-in, else key.
func (t *Texts) find(l Language, c Channel, key string) (template, bool) {
	for _, channel := range []Channel{c, standIn[c]} {
		if own, ok := t.byLanguage[l][key+"."+string(channel)]; ok {
			return own, true
		}
	}
	shared, ok := t.byLanguage[l][key]
	return shared, ok
}

// Write gives an utterance as a message.
func (t *Texts) Write(u Utterance) string { return t.WriteOn(SMS, u) }

// WriteOn gives an utterance as it is written on a channel.
func (t *Texts) WriteOn(c Channel, u Utterance) string {
	text, ok := t.find(u.Language, c, u.Key)
	if !ok {
		return u.Key // the checks let no such dialogue be published; a key still says more than silence
	}
	return text.write(t, u)
}

// Speak gives an utterance as fragments for a voice.
func (t *Texts) Speak(u Utterance) []Fragment {
	text, ok := t.spoken(u)
	if !ok {
		return nil
	}
	return text.speak(t, u)
}

// spoken gives the text of an utterance by voice.
func (t *Texts) spoken(u Utterance) (template, bool) {
	if u.Speech {
		return t.find(u.Language, speech, u.Key)
	}
	return t.find(u.Language, Voice, u.Key)
}

// words gives the words that a text lists, folded for comparison.
func (t *Texts) words(l Language, key string) []string {
	text, _ := t.find(l, SMS, key)
	return text.words
}

// Line gives a text without parameters as it stands, for people: a reason, a stage.
func (t *Texts) Line(l Language, key string) string {
	return t.Write(Utterance{Key: key, Language: l})
}

// Transcript gives a spoken utterance as it may be kept and shown: in writing, with dots for what is secret.
func (t *Texts) Transcript(u Utterance) string {
	text, ok := t.spoken(u)
	if !ok {
		return ""
	}
	shown := Utterance{Key: u.Key, Language: u.Language, Values: map[string]Value{}}
	for name, value := range u.Values {
		if value.Type == TypeSecret {
			value.Text = "••••••"
		}
		shown.Values[name] = value
	}
	return text.write(t, shown)
}

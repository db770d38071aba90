package dialogue

import (
	"fmt"
	"regexp"
	"strings"
)

// Finding is something wrong with a dialogue, where it stands, and what to do about it.
type Finding struct {
	File    string
	Line    int
	Code    string            // names what is wrong, as a key of texts in other languages
	Values  map[string]string // of the parameters in such a text
	Problem string            // in English, as the terminal says it
	Advice  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s; %s", f.File, f.Line, f.Problem, f.Advice)
}

// FindingsError refuses a dialogue for what is wrong with it.
type FindingsError []Finding

func (e FindingsError) Error() string {
	said := make([]string, 0, len(e))
	for _, f := range e {
		said = append(said, fmt.Sprintf("%s: line %d: %s", f.File, f.Line, f.Problem))
	}
	return strings.Join(said, "; ")
}

// finding is what a code says in English. A {parameter} has the value that is given in its place: in the order in which the parameters come first.
type finding struct{ problem, advice string }

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// parameters are those of both texts, each once.
func (f finding) parameters() (names []string) {
	seen := map[string]bool{}
	for _, found := range parameter.FindAllStringSubmatch(f.problem+" "+f.advice, -1) {
		if name := found[1]; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// newFinding makes the finding of a code, with the values of its parameters.
func newFinding(file string, line int, code string, values ...any) Finding {
	said := findings[code]
	f := Finding{File: file, Line: line, Code: code, Values: map[string]string{}}
	for i, name := range said.parameters() {
		f.Values[name] = fmt.Sprint(values[i])
	}
	fill := func(text string) string {
		return parameter.ReplaceAllStringFunc(text, func(p string) string { return f.Values[p[1:len(p)-1]] })
	}
	f.Problem, f.Advice = fill(said.problem), fill(said.advice)
	return f
}

// FindingCodes gives the parameters of each code that a finding can have.
func FindingCodes() map[string][]string {
	codes := map[string][]string{}
	for code, said := range findings {
		codes[code] = said.parameters()
	}
	return codes
}

// findings are all that the check can find.
var findings = map[string]finding{
	"nowhere":         {"node {node} leads nowhere", "say where it goes with `to`"},
	"no_target":       {"node {node} leads to {to}, which is not there", "name a node that exists"},
	"one_kind":        {"node {node} must be exactly one of say, menu, ask, do, queue, call, return, end", "split it, or say what it is"},
	"call_retries":    {"call {node} retries for the outcome {outcome}", "lead to a node: what was called asks again by itself"},
	"no_limit":        {"node {node} asks without limit", "set tries, there or in defaults"},
	"empty_menu":      {"menu {node} offers nothing", "give it options, or a list with each"},
	"long":            {"long of menu {node} needs letters and into, and works at the node of anywhere.sms only", "say both, and put it there"},
	"aside":           {"an option of menu {node} cannot be taken aside", "aside is for a word of the node of anywhere.sms"},
	"key_twice":       {"menu {node} has key {key} twice", "give each option a key of its own"},
	"key_taken":       {"menu {node} uses key {key}", "that key means the same everywhere; take a digit"},
	"looks":           {"menu {node} looks for {entry}, which is no kind of entry", "choose one of {entries}"},
	"word_twice":      {`menu {node} has the word "{word}" for two options`, "a person could not tell them apart: choose another"},
	"word_in_latin":   {`menu {node} has the word "{word}" for one option, and one that is the same in Latin letters for another`, "a person could not tell them apart: choose another"},
	"follows":         {`menu {node} says that "{follows}" follows a word`, "it can be nothing, digits, words"},
	"as_text":         {"menu {node} has an option that counts as a text, and no menu takes it", "give as a $slot, and lead to a menu"},
	"no_slot":         {"ask {node} keeps its answer nowhere", "name a slot with into"},
	"words_by_voice":  {"ask {node} expects words by voice", "expect something that can be keyed"},
	"expects":         {`ask {node} expects "{entry}" by {channel}`, "choose one of {entries}"},
	"secret_unused":   {"ask {node} takes a secret, and {to} does nothing with it", "lead to a do: a secret is gone after the step"},
	"secret_aloud":    {"ask {node} has a secret said aloud", "leave out spoken: others hear it"},
	"reason":          {"ask {node} explains {reason}, which is never a reason", "it can be {reasons}"},
	"action":          {"node {node} does {action}, which is no action", "choose one of {actions}"},
	"input":           {"node {node} does not say {input} for {action}", "add it under with"},
	"enters":          {"node {node} does not name a queue's node as {input} for {action}", "name one that exists"},
	"write":           {"node {node} does not say what {action} is to send", "name a text with write"},
	"queue":           {"queue {node} needs a name and a reason", "say which queue, and what the operator is told"},
	"queue_keys":      {"queue {node} has keys that no caller hears of", "say them with wait.keys"},
	"queue_option":    {"queue {node} has an option that is not one key", "a caller who waits can only press a key"},
	"queue_asks":      {"queue {node} asks by {to} whether a talk may be recorded, which is no menu", "name the menu that asks"},
	"outcome":         {"node {node} has no way for the outcome {outcome}", "say where it leads"},
	"retries":         {"node {node} retries {to}, which asks nothing", "retry an ask or a menu"},
	"no_outcome":      {"node {node} awaits the outcome {outcome}, which never comes", "it can be {outcomes}"},
	"start":           {"no start by {channel}", "name a node under start"},
	"anywhere_key":    {"key {key} leads anywhere to {to}, which is not there", "name a node that exists"},
	"anywhere_words":  {"the words of {node} cannot work anywhere", "name a menu"},
	"defaults":        {"defaults have no text for {what}", "a citizen must be told what was wrong"},
	"unreachable":     {"node {node} cannot be reached", "lead to it, or take it out"},
	"endless":         {"no way from node {node} ever ends", "lead to an end"},
	"circle":          {"node {node} goes round to {to} without asking the citizen anything", "put a menu or an ask between"},
	"call_outcome":    {"call {node} has no way for the outcome {outcome}", "say where it leads"},
	"call_no_outcome": {"call {node} awaits the outcome {outcome}, which never comes", "it can be {outcomes}"},
	"not_called":      {"node {node} returns, and nothing calls it", "call the part that it is of"},
	"unproved":        {"{action} needs more verification, and its outcome {outcome} leads to no proof", "call a part that proves who speaks, or lead to an operator"},
	"proof_lost":      {"who has proved who speaks at {node} does not get {action}", "lead an outcome of the call back to it"},
	"personal":        {"node {node} can say {value}, which is for the citizen alone, without the verification for it", "lead there by the outcome that gives it only"},
	"spoken_no_menu":  {"node {node} has words to be said, and is no menu in one language", "leave out spoken"},
	"spoken_no_key":   {"menu {node} has words to be said for an option without a key by phone", "give it a key, or leave out spoken"},
	"spoken_no_list":  {"menu {node} has the numbers of items said, and is no list", "leave out spoken, or give its options words"},
	"said_twice":      {`menu {node} has "{phrase}" to be said for two options`, "choose other words for one"},
	"said_values":     {"text {text} ({language}) lists what is said, and has values", "write the words themselves"},
	"said_nothing":    {"text {text} ({language}) lists nothing to be said", "list phrases, parted by commas"},
	"said_number":     {`text {text} ({language}) lists "{phrase}", which is a number, or too long`, "choose other words: the key's number may be said anyway"},
	"text_value":      {"text {text} ({language}) wants {value}", "give it under with"},
	"text_missing":    {"text {text} is missing in {language}", "add it to {file}"},
	"limit_text":      {"a limit is set for text {text}, which is not there", "name a text"},
	"letters_text":    {"transliterate names text {text}, which is not there", "name a text"},
	"letters":         {`transliterate says "{choice}" of text {text}`, "say always or never, or leave it out: then sms.transliterate decides"},
	"form":            {"text {text} asks for a form of {value} that {language} does not have", "leave it out, or write the text so that it needs another"},
	"parameters":      {"text {text} has other parameters than in {language}", "use the same names and types"},
	"segments":        {"text {text} can take {segments} segments by SMS, and may take {limit}", "shorten it"},
	"segments_latin":  {"text {text} can take {segments} segments by SMS in Latin letters, and may take {limit}", "shorten it"},

	// For what a file cannot be read; nothing else is checked before.
	"unknown_key":   {"unknown key {key}", "correct it, or take it out"},
	"key_again":     {"key {key} stands at line {line} as well", "leave one of them"},
	"wants_text":    {"a list or keys stand where a text belongs", "write one text"},
	"wants_number":  {"something else stands where a number belongs", "write a whole number, without quotes"},
	"wants_bool":    {"something else stands where true or false belongs", "write true or false, without quotes"},
	"wants_list":    {"something else stands where a list belongs", "begin each entry with a dash"},
	"wants_keys":    {"something else stands where keys with values belong", "write them as key: value"},
	"yaml_indent":   {"a line is neither a key nor an entry of its block", "indent the lines of a block alike, and close quotes and brackets"},
	"yaml_tab":      {"a tab stands where spaces belong", "indent with spaces"},
	"yaml_colon":    {"a colon stands where no key can", "indent the line as those beside it, or put the value in quotes"},
	"yaml_no_colon": {"a key has no colon", "write a colon and a space behind it"},
	"yaml_dash":     {"a dash stands where no list can", "begin the list on a line of its own"},
	"yaml_sign":     {"a tab, or a sign like @ or `, stands where a value begins", "indent with spaces, or put the value in quotes"},
	"yaml_bracket":  {"a bracket is not closed, or a comma is missing", "close the bracket, and put commas between its entries"},
	"yaml_quote":    {"a quote is not closed", "close it"},
	"yaml_escape":   {"a backslash in double quotes begins nothing that is known", "write it twice, or use single quotes"},
	"yaml_value":    {"a bracket, a comma or another sign stands where a value belongs", "write the value, in quotes if it is this sign"},
	"yaml_anchor":   {"*{anchor} refers to nothing", "put the value in quotes if it is a text"},
	"not_utf8":      {"the file is not in UTF-8", "save it in UTF-8"},
	"control":       {"the file has a control character", "take it out"},
	"empty_file":    {"the file is empty", "write what belongs there"},
	"empty_node":    {"node {node} is empty", "say what it is, or take it out"},
	"text_again":    {"text {text} stands twice", "leave one of them"},
	"no_text":       {"{text} must be a text", "write a text, or keys with texts"},
	"open_brace":    {"text {text} has a { without its }", "close it"},
	"no_type":       {"text {text}: {{parameter}} has no type", "write {name:type}"},
	"no_plural":     {"text {text}: {{parameter}}: {form} is none of one, few, many, other with its word", "write each as one:word"},
	"no_other":      {"text {text}: {{parameter}}: the form other is missing", "add it"},
	"unknown_type":  {"text {text}: {{parameter}}: unknown type {type}", "it can be {types}"},
	"no_forms":      {"text {text}: {{parameter}}: a value of the type {type} has no forms", "leave them out"},
	"no_form":       {"text {text}: {{parameter}}: {form} is no form", "write a case, feminine, neuter, ordinal or short"},
	"form_again":    {"text {text}: {{parameter}}: the form {form} contradicts another, or stands twice", "leave one of them"},
	"malformed":     {"the file cannot be read ({why})", "correct it: nothing else can be checked before"},
}

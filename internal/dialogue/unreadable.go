package dialogue

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// cause is why a file cannot be read, by the code and the values of a finding.
type cause struct {
	line   int
	code   string
	values []any
}

func because(line int, code string, values ...any) cause { return cause{line, code, values} }

// in gives the findings of causes that stand in a file.
func in(file string, causes []cause) []Finding {
	found := make([]Finding, 0, len(causes))
	for _, c := range causes {
		found = append(found, newFinding(file, max(c.line, 1), c.code, c.values...))
	}
	return found
}

// about gives causes that were found in a text: its name is the first value of each, and its line is where each stands.
func about(text string, line int, causes []cause) []cause {
	for i := range causes {
		causes[i].line, causes[i].values = line, slices.Insert(causes[i].values, 0, any(text))
	}
	return causes
}

// yamlSays is what the YAML library says by the codes of findings: the values of a finding are the groups, in their order. The first that
// matches counts.
var yamlSays = []struct {
	code  string
	words *regexp.Regexp
}{
	{"unknown_key", regexp.MustCompile(`^field (.+) not found in type `)},
	{"key_again", regexp.MustCompile(`^mapping key "(.*)" already defined at line (\d+)$`)},
	{"wants_text", regexp.MustCompile(`(?s)^cannot unmarshal .+ into (?:string|dialogue\.Channel|dialogue\.Transliteration)$`)},
	{"wants_number", regexp.MustCompile(`(?s)^cannot unmarshal .+ into int$`)},
	{"wants_bool", regexp.MustCompile(`(?s)^cannot unmarshal .+ into bool$`)},
	{"wants_list", regexp.MustCompile(`(?s)^cannot unmarshal .+ into \[\]`)},
	{"wants_keys", regexp.MustCompile(`(?s)^cannot unmarshal .+ into (?:map\[|struct \{|dialogue\.)`)},
	{"yaml_indent", regexp.MustCompile(`^did not find expected (?:key|'-' indicator)$`)},
	{"yaml_tab", regexp.MustCompile(`^found a tab character `)},
	{"yaml_colon", regexp.MustCompile(`^mapping values are not allowed in this context$`)},
	{"yaml_no_colon", regexp.MustCompile(`^could not find expected ':'$`)},
	{"yaml_dash", regexp.MustCompile(`^block sequence entries are not allowed in this context$`)},
	{"yaml_sign", regexp.MustCompile(`^found character that cannot start any token$`)},
	{"yaml_bracket", regexp.MustCompile(`^did not find expected ',' or '[\]}]'$`)},
	{"yaml_quote", regexp.MustCompile(`^found unexpected (?:end of stream|document indicator)$`)},
	{"yaml_escape", regexp.MustCompile(`^(?:found unknown escape character|did not find expected hexdecimal number|found invalid Unicode character escape code)$`)},
	{"yaml_value", regexp.MustCompile(`^did not find expected node content$`)},
	{"yaml_anchor", regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)},
	{"not_utf8", regexp.MustCompile(`^(?:invalid (?:leading|trailing) UTF-8 octet|incomplete UTF-8 octet sequence|invalid length of a UTF-8 sequence|invalid Unicode character)$`)},
	{"control", regexp.MustCompile(`^control characters are not allowed$`)},
}

// atLine is how the YAML library says where something is.
var atLine = regexp.MustCompile(`(?s)^line (\d+): (.*)$`)

// yamlCauses gives the causes of an error of the YAML library. What has no code is said in the library's words.
func yamlCauses(err error) (causes []cause) {
	if errors.Is(err, io.EOF) {
		return []cause{because(1, "empty_file")}
	}
	said := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if typed := new(yaml.TypeError); errors.As(err, &typed) {
		said = typed.Errors
	}
	for _, words := range said {
		line := 1
		if found := atLine.FindStringSubmatch(words); found != nil {
			line, _ = strconv.Atoi(found[1]) // digits
			words = found[2]
		}
		causes = append(causes, yamlCause(line, words))
	}
	return causes
}

func yamlCause(line int, words string) cause {
	for _, known := range yamlSays {
		found := known.words.FindStringSubmatch(words)
		if found == nil {
			continue
		}
		c := cause{line: line, code: known.code}
		for _, value := range found[1:] {
			c.values = append(c.values, value)
		}
		return c
	}
	return because(line, "malformed", words)
}

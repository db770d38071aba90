package exchange

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Problem is why something was not taken: a code with at most one value. It is kept, logged and printed as its English sentence, and
// [ParseProblem] reads it back; a page says it in its own language. The zero value: there is none.
type Problem struct {
	Code  string
	value string
}

// codeOther is the code of what has no code: its value is the sentence.
const codeOther = "other"

// problems are the sentences by code. A {parameter} stands for the value of the problem. A page has the same codes in
// agentdesk/web/src/shared/problems.json.
var problems = map[string]string{
	"key_destroyed":  "the case's key was destroyed",
	"no_endpoint":    "there is no endpoint",
	"paused":         "the endpoint is paused",
	"bad_url":        "the endpoint's URL is none",
	"bad_secret":     "a secret of the endpoint is none",
	"status":         "the answer was {status}",
	"timeout":        "no answer within {seconds}s",
	"certificate":    "the certificate is not good",
	"unreached":      "not reached",
	"folder":         "the folder was not reached",
	"unacknowledged": "it was not acknowledged",
	"refused":        "the agency said: {said}",
	codeOther:        "{text}",
}

var (
	keyDestroyed = Problem{Code: "key_destroyed"}
	noEndpoint   = Problem{Code: "no_endpoint"}
	paused       = Problem{Code: "paused"}
	badURL       = Problem{Code: "bad_url"}
	badSecret    = Problem{Code: "bad_secret"}
	badCert      = Problem{Code: "certificate"}
	unreached    = Problem{Code: "unreached"}
)

// What is wrong with an exchange of files, beside what an agency says of a message.
var (
	FolderUnreached = Problem{Code: "folder"}
	Unacknowledged  = Problem{Code: "unacknowledged"}
)

// badStatus is the problem of an answer with another status than one that takes something.
func badStatus(status int) Problem { return Problem{Code: "status", value: strconv.Itoa(status)} }

// noAnswer is the problem of an answer that did not come in time.
func noAnswer(within time.Duration) Problem {
	return Problem{Code: "timeout", value: strconv.Itoa(int(within.Seconds()))}
}

// refused is the problem of a message that an agency did not take, in the agency's own words.
func refused(said string) Problem { return Problem{Code: "refused", value: said} }

// Error gives the English sentence; "": there is no problem.
func (p Problem) Error() string {
	return parameter.ReplaceAllLiteralString(problems[p.Code], p.value)
}

// Values gives the values of the sentence by their names.
func (p Problem) Values() map[string]string {
	values := map[string]string{}
	if name := parameterOf(p.Code); name != "" {
		values[name] = p.value
	}
	return values
}

// ParseProblem gives the problem of a sentence. One that no code has, as an older release may have kept it, has the code "other".
func ParseProblem(sentence string) Problem {
	if sentence == "" {
		return Problem{}
	}
	for code, pattern := range patterns {
		if found := pattern.FindStringSubmatch(sentence); found != nil {
			return Problem{Code: code, value: strings.Join(found[1:], "")}
		}
	}
	return Problem{Code: codeOther, value: sentence}
}

// ProblemCodes gives each code with the names of its values.
func ProblemCodes() map[string][]string {
	codes := map[string][]string{}
	for code := range problems {
		codes[code] = nil
		if name := parameterOf(code); name != "" {
			codes[code] = []string{name}
		}
	}
	return codes
}

// asProblem gives the problem that an error is.
func asProblem(err error) Problem {
	if p := (Problem{}); errors.As(err, &p) {
		return p
	}
	return Problem{Code: codeOther, value: err.Error()}
}

var parameter = regexp.MustCompile(`\{\w+\}`)

func parameterOf(code string) string { return strings.Trim(parameter.FindString(problems[code]), "{}") }

// patterns match the sentence of each code, and of no other.
var patterns = func() map[string]*regexp.Regexp {
	found := map[string]*regexp.Regexp{}
	for code, sentence := range problems {
		value := `([0-9]+)`
		switch code {
		case codeOther:
			continue
		case "refused":
			value = `((?s:.+))` // whatever the agency wrote
		}
		before, after, _ := strings.Cut(parameter.ReplaceAllLiteralString(sentence, "\x00"), "\x00")
		if parameterOf(code) == "" {
			value = ""
		}
		found[code] = regexp.MustCompile("^" + regexp.QuoteMeta(before) + value + regexp.QuoteMeta(after) + "$")
	}
	return found
}()

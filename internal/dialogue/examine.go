package dialogue

import (
	"regexp"
	"strconv"
)

// Examine gives a dialogue with what would go wrong in it. Files that are not well-formed have one finding that says so, and no dialogue.
func Examine(files map[string]string, vocabulary *Vocabulary) (*Definition, []Finding) {
	d, err := Parse(files, vocabulary)
	if err != nil {
		return nil, []Finding{malformed(err)}
	}
	return d, d.Check()
}

// placed is how an error of [Parse] says where it is.
var placed = regexp.MustCompile(`^([\w/]+\.yaml): (?:line (\d+): )?(.*)$`)

func malformed(err error) Finding {
	f := Finding{File: File, Line: 1, Problem: err.Error(), Advice: "correct it: nothing else can be checked before"}
	if found := placed.FindStringSubmatch(f.Problem); found != nil {
		f.File, f.Problem = found[1], found[3]
		if line, err := strconv.Atoi(found[2]); err == nil {
			f.Line = line
		}
	}
	return f
}

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
	file, line, why := File, 1, err.Error()
	if found := placed.FindStringSubmatch(why); found != nil {
		file, why = found[1], found[3]
		if at, err := strconv.Atoi(found[2]); err == nil {
			line = at
		}
	}
	return newFinding(file, line, "malformed", why)
}

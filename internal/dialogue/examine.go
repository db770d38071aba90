package dialogue

// Examine gives a dialogue with what would go wrong in it. Files that are not well-formed have findings that say so, and no dialogue.
func Examine(files map[string]string, vocabulary *Vocabulary) (*Definition, []Finding) {
	d, found := parse(files, vocabulary)
	if d == nil {
		return nil, found
	}
	return d, d.Check()
}

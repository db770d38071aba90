package words

import "strings"

// The keys of a keyboard in the English and in the Russian layout (ЙЦУКЕН, Windows), row by row.
const (
	english = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	russian = "ёйцукенгшщзхъфывапролджэячсмитьбю"
)

var otherLayout = func() map[rune]rune {
	keys := map[rune]rune{}
	r := []rune(russian)
	for i, e := range []rune(english) {
		keys[e], keys[r[i]] = r[i], e
	}
	return keys
}()

// Layout gives what the same keys write in the other layout, in lower case: статус for "cnfnec", status for "ыефегы".
func Layout(s string) string {
	return strings.Map(func(r rune) rune {
		if other, ok := otherLayout[r]; ok {
			return other
		}
		return r
	}, strings.ToLower(s))
}

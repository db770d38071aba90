package dialogue

// Transliteration says in which letters a text goes by SMS.
type Transliteration string

// The choices. Texts that make none go as the configuration says of their lane.
const (
	AsConfigured Transliteration = ""
	Always       Transliteration = "always" // in Latin letters
	Never        Transliteration = "never"  // as it is written
)

// Transliteration gives the choice for a message that says some texts, by their keys. A message is in one script: a single
// letter that is not Latin makes all of it long.
func (d *Definition) Transliteration(keys ...string) Transliteration {
	always := 0
	for _, key := range keys {
		switch d.Transliterate[key] {
		case Never:
			return Never
		case Always:
			always++
		}
	}
	if always > 0 && always == len(keys) {
		return Always
	}
	return AsConfigured
}

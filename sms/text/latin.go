package text

import "okno/internal/words"

// Latin writes a Russian or Kazakh text in Latin letters that GSM 03.38 has, so that a segment holds 160 of them and not 70:
// [words.Latin].
func Latin(language, s string) string { return words.Latin(language, s) }

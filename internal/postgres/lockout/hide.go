package lockout

import (
	"encoding/base64"
	"slices"
	"strings"

	"okno/internal/lockout"
	"okno/internal/seal"
)

// Hide gives a subject as it is kept: with a blind index in the place of a telephone number. A count by an index of the key before
// begins anew: that happens once for each key of the ring.
func Hide(ring *seal.Ring, subject string) string {
	kind, name, _ := strings.Cut(subject, ":")
	if !strings.HasPrefix(name, "+") {
		return subject
	}
	return kind + ":" + base64.RawURLEncoding.EncodeToString(ring.Index(seal.TelephoneNumber, name))
}

func hidden(ring *seal.Ring, subjects []string) []string {
	subjects = slices.Clone(subjects)
	for i := range subjects {
		subjects[i] = Hide(ring, subjects[i])
	}
	return subjects
}

// named gives a book that was read with its subjects as they were asked for.
func named(ring *seal.Ring, kept lockout.Book, subjects []string) lockout.Book {
	b := lockout.Book{Way: kept.Way, States: map[string]lockout.State{}}
	for _, subject := range subjects {
		if s, ok := kept.States[Hide(ring, subject)]; ok {
			b.States[subject] = s
		}
	}
	return b
}

// HideAll gives a book with its subjects as they are kept.
func HideAll(ring *seal.Ring, b lockout.Book) lockout.Book {
	kept := lockout.Book{Way: b.Way, States: map[string]lockout.State{}, Changed: map[string]bool{}}
	for subject, s := range b.States {
		kept.States[Hide(ring, subject)] = s
	}
	for subject := range b.Changed {
		kept.Changed[Hide(ring, subject)] = true
	}
	return kept
}

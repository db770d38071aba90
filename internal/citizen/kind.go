package citizen

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNationalNumber says that a national number is not valid.
var ErrNationalNumber = errors.New("not a national number")

// Kind is a kind of national number. A country's is one value of this type, and a place in [Kinds].
type Kind interface {
	// Name is the kind in settings, imports and the API: "iin".
	Name() string
	// Lengths are the numbers of digits that it may have.
	Lengths() []int
	// Check says what is wrong with digits of one of the lengths, or nil.
	Check(digits string) error
}

// Kinds are all kinds. The first is meant where none is named.
var Kinds = []Kind{IIN, BIN, SNILS, INN}

// KindOf gives a kind by its name; "" is the first.
func KindOf(name string) (Kind, error) {
	if name == "" {
		return Kinds[0], nil
	}
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("%w: no kind %q of them", ErrNationalNumber, name)
	}
	return Kinds[i], nil
}

// separators are what people write between the digits of a national number.
var separators = strings.NewReplacer(" ", "", "-", "")

// ParseNationalNumber gives a number of a kind in its canonical form, digits alone: "112-233-445 95" of a SNILS is "11223344595". The
// error wraps [ErrNationalNumber], says why, and holds no digit of the number.
func ParseNationalNumber(k Kind, s string) (string, error) {
	digits := separators.Replace(strings.TrimSpace(s))
	switch {
	case !slices.Contains(k.Lengths(), len(digits)):
		return "", fmt.Errorf("%w: it has %s digits", ErrNationalNumber, lengths(k))
	case strings.Trim(digits, "0123456789") != "":
		return "", fmt.Errorf("%w: it has digits only", ErrNationalNumber)
	case strings.Trim(digits, "0") == "":
		return "", fmt.Errorf("%w: it is all zeros", ErrNationalNumber)
	}
	if err := k.Check(digits); err != nil {
		return "", err
	}
	return digits, nil
}

func lengths(k Kind) string {
	all := make([]string, len(k.Lengths()))
	for i, n := range k.Lengths() {
		all[i] = fmt.Sprint(n)
	}
	return strings.Join(all, " or ")
}

var errCheckDigit = fmt.Errorf("%w: its check digit is wrong", ErrNationalNumber)

// weigh gives the sum of digits by their weights.
func weigh(digits string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

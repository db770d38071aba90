// Package money is amounts of money: exact, with their currency.
package money

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// Amount is an amount in hundredths of its currency: tiyn of tenge, kopecks of roubles, cents of dollars.
type Amount struct {
	Minor    int64
	Currency string // ISO 4217
}

// Currencies are those that can be spoken.
var Currencies = []string{"KZT", "RUB", "USD"}

// most is the greatest amount: hundredths of 999,999,999.99.
const most = 99_999_999_999

var form = regexp.MustCompile(`^(0|[1-9]\d{0,8})(?:\.(\d\d))? (KZT|RUB|USD)$`)

// ErrForm says that something is no amount.
var ErrForm = errors.New(`an amount like "1500.00 KZT", in KZT, RUB or USD`)

// Parse reads "1500 KZT" or "1500.50 KZT".
func Parse(s string) (Amount, error) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return Amount{}, ErrForm
	}
	whole, _ := strconv.ParseInt(m[1], 10, 64) // nine digits at most
	minor, _ := strconv.ParseInt(m[2], 10, 64)
	return Amount{whole*100 + minor, m[3]}, nil
}

// String is the form that Parse reads, without hundredths where there are none.
func (a Amount) String() string {
	if a.Minor%100 == 0 {
		return fmt.Sprintf("%d %s", a.Minor/100, a.Currency)
	}
	return fmt.Sprintf("%d.%02d %s", a.Minor/100, a.Minor%100, a.Currency)
}

// Add adds an amount of the same currency. False: it is of another, or the sum is too great.
func (a Amount) Add(b Amount) (Amount, bool) {
	if a.Currency != b.Currency || a.Minor+b.Minor > most {
		return a, false
	}
	return Amount{a.Minor + b.Minor, a.Currency}, true
}

// Times gives so many times an amount. False: it is too much.
func (a Amount) Times(n int) (Amount, bool) {
	if n < 0 || a.Minor > 0 && int64(n) > most/a.Minor {
		return a, false
	}
	return Amount{a.Minor * int64(n), a.Currency}, true
}

// MarshalText writes the form that Parse reads, for JSON and YAML.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads it.
func (a *Amount) UnmarshalText(raw []byte) error {
	read, err := Parse(string(raw))
	*a = read
	return err
}

// UnmarshalJSON reads it, too: whatever else JSON may have in its place has the wrong form.
func (a *Amount) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return ErrForm
	}
	return a.UnmarshalText([]byte(s))
}

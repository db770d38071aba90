package exchange_test

import (
	"errors"

	"okno/internal/fault"
)

// fieldOf is the field that an error is about.
func fieldOf(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Field
	}
	return ""
}

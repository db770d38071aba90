// Package smppaccount is the account by which a system of an agency sends SMS over SMPP: its password and limits, the messages that it
// submits, and their receipts. The package knows no protocol and no storage.
package smppaccount

import (
	"errors"
	"fmt"
	"strings"

	"okno/internal/message"
)

// ErrUnknown says that no account has the system id.
var ErrUnknown = errors.New("no such agency account")

// Account is what an agency may do.
type Account struct {
	SystemID     string // up to 15 characters
	Name         string // as people know the agency
	Lane         message.Lane
	Senders      []string // that it may show to citizens; the first stands for none
	Destinations []string // prefixes of the numbers that it may write to, without the plus; none: the region's mobile numbers
	Window       int      // submits that may be unanswered on a bind
	Rate         float64  // segments a second on a node; 0: no limit
	Binds        int      // at once, on one node
	Suspended    bool
}

// What SMPP 3.4 has room for (§5.2.1, §5.2.8), and mobile phones for a name (3GPP TS 23.040 §9.1.2.5).
const (
	maxSystemID = 15
	maxNumber   = 15
	maxName     = 11
)

// Check says what is wrong with an account, or nil.
func (a Account) Check() error {
	switch {
	case a.SystemID == "" || len(a.SystemID) > maxSystemID || strings.Trim(a.SystemID, letters+digits+"-_.") != "":
		return fmt.Errorf("system id %q: up to %d Latin letters, digits, dots, dashes and underscores", a.SystemID, maxSystemID)
	case a.Name == "":
		return errors.New("an agency has a name")
	case len(a.Senders) == 0:
		return errors.New("an agency has at least one sender")
	case a.Window < 1 || a.Binds < 1 || a.Rate < 0:
		return errors.New("window and binds are at least 1, and rate is not negative")
	}
	for _, d := range a.Destinations {
		if len(d) < 2 || len(d) > maxNumber || strings.Trim(d, digits) != "" || d[0] == '0' {
			return fmt.Errorf("destinations %q: the first digits of numbers, with the country's and without a plus", d)
		}
	}
	for _, s := range a.Senders {
		isNumber := s != "" && len(s) <= maxNumber && strings.Trim(s, digits) == ""
		isName := s != "" && len(s) <= maxName && strings.Trim(s, letters+digits+" -_.&") == ""
		if !isNumber && !isName {
			return fmt.Errorf("sender %q: a number of up to %d digits, or a name of up to %d Latin letters", s, maxNumber, maxName)
		}
	}
	return nil
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

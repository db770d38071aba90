package citizen

import (
	"strings"
	"time"

	"okno/internal/fault"
)

// Factors are what a citizen can prove by who speaks.
type Factors struct {
	Citizen  int64  // 0: of nobody
	PINHash  string // "": none is set
	TOTP     string // the secret of the authenticator; "": none is set up
	TOTPAt   time.Time
	TOTPStep int64 // of the last code that was taken
	Fresh    bool  // TOTP is being set up: no code has confirmed it yet
}

// PINDigits is how many digits a telephone PIN has: six, as a password that is sent.
const PINDigits = 6

// ErrObvious says that a PIN is one that anybody tries first.
var ErrObvious error = &fault.Error{Kind: fault.Invalid, Field: "pin", Text: "a PIN has six digits, and is not one that is easily guessed"}

// CheckPIN refuses what is no PIN, and the ones that are tried first: one digit or one pair or triple repeated, runs up or down, dates of
// birth of anybody alive, the columns of a keypad. That is about a tenth of all.
func CheckPIN(pin string) error {
	if len(pin) != PINDigits || strings.Trim(pin, "0123456789") != "" {
		return ErrObvious
	}
	for _, size := range []int{1, 2, 3} {
		if strings.Repeat(pin[:size], PINDigits/size) == pin {
			return ErrObvious
		}
	}
	up, down, mirrored, pairs := true, true, true, true
	for i := 1; i < len(pin); i++ {
		up = up && (pin[i]-'0') == (pin[i-1]-'0'+1)%10
		down = down && (pin[i]-'0'+1)%10 == pin[i-1]-'0'
		mirrored = mirrored && pin[i] == pin[len(pin)-1-i]
		pairs = pairs && (i%2 == 0 || pin[i] == pin[i-1])
	}
	if up || down || pairs || mirrored && pin[0] == pin[len(pin)-1] {
		return ErrObvious
	}
	for _, layout := range []string{"020106", "060102", "010206"} { // 310185, 850131, 013185
		if _, err := time.Parse(layout, pin); err == nil {
			return ErrObvious
		}
	}
	switch pin {
	case "147258", "258369", "369258", "258147", "159753", "753159", "147852", "159357", "123123", "112358", "314159", "271828":
		return ErrObvious
	}
	return nil
}

package citizen

import (
	"time"

	"okno/internal/fault"
)

// Proof is how it was shown that a number is a citizen's.
type Proof string

// The proofs.
const (
	ByOTP      Proof = "otp"      // a one-time password that went to the number, in a portal's session of the citizen
	ByOperator Proof = "operator" // an operator who had checked the citizen by questions
	BySMS      Proof = "sms"      // an SMS from the number, and a second proof in it
	ByImport   Proof = "import"   // a register that is trusted
)

// Distrust is why a number that is still bound proves nothing, until it is proved anew.
type Distrust string

// The reasons.
const (
	SIMSwapped Distrust = "sim_swapped" // the operator has issued another card
	Recycled   Distrust = "recycled"    // the operator has given the number to somebody else
	Silent     Distrust = "silent"      // nobody has used it for long
)

// Why a binding has ended.
const (
	Unbound = "unbound" // it was taken off
	Moved   = "moved"   // the number was bound to another citizen
)

// Binding is a number that is to be a citizen's.
type Binding struct {
	Citizen int64
	Number  string // E.164
	Proof   Proof
	By      string // "client:portal", "agent:7", "citizen", "cli"
}

// Bound is what a binding has changed.
type Bound struct {
	New    bool     // the number was not the citizen's before
	Was    int64    // the citizen whose number it was, or 0
	Others []Reach  // the citizen's numbers before, which are to be told
	Theirs []Reach  // those that are left to whose number it was
	Number Reach    // the number itself
	Again  Distrust // why it had proved nothing; "" if it had, or is new
}

// Reach is a number with the language of its citizen.
type Reach struct {
	Number   string
	Language string
}

// Held is a binding as it stands, live or ended.
type Held struct {
	ID       int64
	Number   string
	Proof    Proof
	By       string
	At       time.Time
	EndedAt  time.Time // zero: it is live
	EndedWhy string
	Lowered  Distrust // "": the number proves its citizen
}

// ErrNotBound says that a number is not the citizen's.
var ErrNotBound error = &fault.Error{Kind: fault.NotFound, Text: "this number is not bound to this citizen"}

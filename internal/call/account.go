package call

import "errors"

// AccountKind says whose telephone a SIP account is.
type AccountKind string

// The kinds of account. Both are of browsers.
const (
	AgentPage   AccountKind = "agent"   // is called, and calls nobody
	CitizenPage AccountKind = "citizen" // calls the line as a citizen, in the demo
)

// Account is what a browser registers at Asterisk with. It is a row: any node opens and closes it, and the voice node that owns the
// Asterisk makes Asterisk agree.
type Account struct {
	Name     string // the user, and the endpoint: "PJSIP/"+Name
	Asterisk string
	Kind     AccountKind
	Number   string // what a citizen's calls show as the caller's; "" of an agent's
	Secret   string
	URL      string // of SIP over WebSocket; "" while no voice node has said it
	AgentID  int64  // 0 of a citizen's
	Closed   bool   // it is to go
}

// ErrNoVoice says that no voice node serves calls.
var ErrNoVoice = errors.New("no node serves calls at present")

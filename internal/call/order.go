package call

import "time"

// OrderKind is what an order asks of a call.
type OrderKind string

// The kinds of order.
const (
	Connect OrderKind = "connect" // ring the agent's phone, and join it with the citizen
	Release OrderKind = "release" // end the agent's leg; the citizen goes on by the dialogue
	Say     OrderKind = "say"     // the conversation has moved on: say its last words, and go on from there
)

// OrderState is where an order stands: new → taken → done, failed; or expired, cancelled.
type OrderState string

// The states of an order.
const (
	OrderNew       OrderState = "new"
	OrderTaken     OrderState = "taken" // the voice node that owns the call has it
	OrderDone      OrderState = "done"
	OrderFailed    OrderState = "failed"
	OrderExpired   OrderState = "expired"
	OrderCancelled OrderState = "cancelled"
)

// Open says whether an order is still to be carried out.
func (s OrderState) Open() bool { return s == OrderNew || s == OrderTaken }

// Order is what another process asks of a call: written in the transaction that decides it, carried out by the owner of the call's
// Asterisk, answered once. Its id is also that of the leg which it makes: an order that is taken again after a crash finds its leg.
type Order struct {
	ID          string
	Interaction int64
	Kind        OrderKind
	Contact     int64         // of Connect and Release
	Agent       int64         // of Connect and Release
	Endpoint    string        // of Connect: "PJSIP/agent-7"
	Ring        time.Duration // of Connect: how long the phone may ring
	By          string        // who decided it: "agent:7", "okno"
	CreatedAt   time.Time
	ExpiresAt   time.Time // an order that nobody took until then is not carried out
	State       OrderState
}

// The lives of orders. An agent who waits longer than the first for a phone that does not ring has given up; a turn of the
// conversation is said to whoever still waits, however late.
const (
	ConnectLife = 10 * time.Second
	ReleaseLife = time.Minute
	SayLife     = time.Hour
	AnswerLife  = 10 * time.Second // the answer of an agency: a call that was taken over meanwhile has gone on by itself
)

// AgentLegPrefix begins the ids of the orders to connect, and so of the legs that ring agents' phones.
const AgentLegPrefix = "okno-agent-"

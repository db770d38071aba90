package call

import "time"

// OrderKind is what an order asks of a call.
type OrderKind string

// The kinds of order.
const (
	Connect   OrderKind = "connect"   // ring the agent's phone, and join it with the citizen
	Release   OrderKind = "release"   // end the agent's leg; the citizen goes on by the dialogue
	Say       OrderKind = "say"       // the conversation has moved on: say its last words, and go on from there
	Arrange   OrderKind = "arrange"   // make the room what the legs say: who is in it, who is held
	Keys      OrderKind = "keys"      // send keys to whoever talks with the agent
	Dial      OrderKind = "dial"      // ring a telephone outside, and join it with whoever is in the room
	CallBack  OrderKind = "callback"  // ring a citizen who is not on the line, for a callback or an outgoing call, and connect the agent
	Supervise OrderKind = "supervise" // ring a supervisor's phone, who listens, whispers or barges in
)

// Rings says whether an order of the kind makes a telephone ring.
func (k OrderKind) Rings() bool { return k == Connect || k == Dial || k == Supervise || k == CallBack }

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
	Contact     int64         // of all kinds but Say
	Agent       int64         // likewise
	Endpoint    string        // of Connect and CallBack: the agent's, "PJSIP/agent-7"; of Dial: the number
	Role        Role          // of the leg that Connect or Dial makes
	Ring        time.Duration // of Connect and Dial: how long the phone may ring
	Keys        string        // of Keys
	Mode        Mode          // of Supervise
	Queue       string        // of CallBack: for which the citizen is called
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
	ArrangeLife = time.Minute
	KeysLife    = 10 * time.Second // keys that come later answer another question
	SayLife     = time.Hour
	AnswerLife  = 10 * time.Second // the answer of an agency: a call that was taken over meanwhile has gone on by itself
)

// LegPrefix begins the ids of the orders that make legs, and so of those legs; AgentLegPrefix of those that ring agents' phones.
const (
	LegPrefix        = "okno-"
	AgentLegPrefix   = LegPrefix + "agent-"
	OutsideLegPrefix = LegPrefix + "outside-"
	CitizenLegPrefix = LegPrefix + "citizen-" // of citizens who are called
)

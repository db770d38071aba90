package contact

// Passage is where an agent passes a contact on to.
type Passage struct {
	To    Receiver
	Queue string // in which whoever takes it has it; "" of a telephone outside
	Asked bool   // whoever takes it was asked before
}

// Receiver is who takes a contact that is passed on.
type Receiver string

// The receivers.
const (
	ToQueue   Receiver = "queue"
	ToAgent   Receiver = "agent"
	ToOutside Receiver = "outside"
)

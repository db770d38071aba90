package message

// Delivery is what became of a message; "": there was none, or it is too old for anybody to know. What goes worst with a segment goes so with
// all of it.
type Delivery string

// The deliveries.
const (
	DeliveryQueued        Delivery = "queued"
	DeliverySent          Delivery = "sent" // the operator has it
	DeliveryDelivered     Delivery = "delivered"
	DeliveryUndeliverable Delivery = "undeliverable"
	DeliveryExpired       Delivery = "expired"
	DeliveryFailed        Delivery = "failed"  // the operator refused it, or the citizen wants no notices
	DeliveryUnknown       Delivery = "unknown" // the link broke before an answer
)

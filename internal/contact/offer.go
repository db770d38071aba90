package contact

// OfferEnd is how an offer ends.
type OfferEnd string

// The ends of an offer.
const (
	OfferAccepted  OfferEnd = "accepted"
	OfferDeclined  OfferEnd = "declined"
	OfferExpired   OfferEnd = "expired"
	OfferWithdrawn OfferEnd = "withdrawn" // the contact has gone, or the agent
)

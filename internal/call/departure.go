package call

// Departure is how a call ends.
type Departure string

// The departures.
const (
	Finished Departure = "finished" // the dialogue ended, and Okno hung up
	HungUp   Departure = "hung_up"  // the citizen hung up
	Lost     Departure = "lost"     // the call broke off: the telephone system went away, or Okno could not go on
)

package call

// Departure is how a call ends.
type Departure string

// The departures.
const (
	Finished Departure = "finished" // the dialogue ended, and Okno hung up
	HungUp   Departure = "hung_up"  // the citizen hung up
	Lost     Departure = "lost"     // the call broke off: the telephone system went away, or Okno could not go on

	Busy        Departure = "busy"        // of a citizen who is called: the telephone is busy, or refuses the call
	Unreachable Departure = "unreachable" // likewise: the network has no way to the telephone
	ByMachine   Departure = "machine"     // likewise: an answering machine has answered, and Okno hung up
)

// Departures by the causes (Q.850) for which a telephone that is called has not answered. Any other is no answer.
var unreached = map[int]Departure{
	17: Busy, 21: Busy,
	1: Unreachable, 2: Unreachable, 3: Unreachable, 20: Unreachable, 22: Unreachable, 27: Unreachable, 28: Unreachable, 34: Unreachable, 38: Unreachable,
	41: Unreachable, 42: Unreachable, 44: Unreachable, 47: Unreachable, 50: Unreachable, 57: Unreachable, 58: Unreachable, 65: Unreachable, 88: Unreachable,
}

// Unreached is how a call ends whose citizen was called and has not answered, by the cause that the network gave; 0: none.
func Unreached(cause int) Departure {
	if how, ok := unreached[cause]; ok {
		return how
	}
	return HungUp
}

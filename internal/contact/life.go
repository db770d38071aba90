package contact

import "fmt"

// State is where a contact stands.
//
//	waiting ⇄ offered → accepted → ringing → connected → wrap_up → ended
//	   └─────────┴─────────┴──────────┴──► ended (abandoned, left, nobody, lost, unreached, called_in)
//
// A channel without a telephone call goes from offered to connected at once. An outgoing call begins accepted, and ends there unless the citizen
// answers (no_answer, busy, unreachable, cancelled).
type State string

// The states.
const (
	Waiting   State = "waiting"
	Offered   State = "offered"   // a live offer is out
	Accepted  State = "accepted"  // an agent has it; the order to ring the agent's phone is written
	Ringing   State = "ringing"   // the agent's phone rings
	Connected State = "connected" // they talk, or write
	WrapUp    State = "wrap_up"   // the citizen has gone, the agent files the outcome
	Ended     State = "ended"
)

// Outcome is what a contact came to.
type Outcome string

// The outcomes. A contact in its wrap-up has its outcome already, but for Handled.
const (
	Handled   Outcome = "handled"   // an agent served the citizen
	Abandoned Outcome = "abandoned" // the citizen left before an agent was there
	Left      Outcome = "left"      // the citizen chose another way than to wait: a callback, an answer by SMS
	Nobody    Outcome = "nobody"    // no agent was there
	Unreached Outcome = "unreached" // a citizen who was to be called back did not answer, as often as was tried
	CalledIn  Outcome = "called_in" // a citizen who was to be called back has called
	Lost      Outcome = "lost"      // the telephone system went away
	Dismissed Outcome = "dismissed" // a supervisor closed it as junk
	Consulted Outcome = "consulted" // an agent was asked to help another, and the citizen stayed with that other

	Unanswered  Outcome = "no_answer"   // the citizen did not answer an outgoing call
	Engaged     Outcome = "busy"        // the citizen's telephone was busy, or refused an outgoing call
	Unreachable Outcome = "unreachable" // the network had no way to the citizen's telephone
	Cancelled   Outcome = "cancelled"   // an outgoing call ended before the citizen answered: its agent wanted it no more, or has gone
)

// Event is what happens to a contact.
type Event string

// The events.
const (
	OfferMade     Event = "offer_made"
	Declined      Event = "declined"       // the agent declined the offer
	Expired       Event = "expired"        // the agent did not answer the offer
	AcceptedOffer Event = "accepted_offer" // the agent accepted the offer
	Rings         Event = "rings"          // the agent's phone rings
	Answered      Event = "answered"       // the agent's leg is in the room with the citizen's
	NotReached    Event = "not_reached"    // the agent's phone did not answer, or could not be rung
	LegLost       Event = "leg_lost"       // the agent's leg broke off in the talk
	AgentGone     Event = "agent_gone"     // the agent logged out, or the desk did not come back
	Released      Event = "released"       // the agent ended the talk
	CitizenGone   Event = "citizen_gone"   // the citizen hung up, or left the conversation
	LeftQueue     Event = "left_queue"     // the citizen chose another way than to wait
	GivenUp       Event = "given_up"       // no agent is there, and none will come
	ChannelLost   Event = "channel_lost"   // the telephone system went away with the citizen's leg
	DismissedJunk Event = "dismissed_junk" // a supervisor closed it unanswered
	Filed         Event = "filed"          // the agent filed the outcome
	Overdue       Event = "overdue"        // the wrap-up took too long
	NoAnswer      Event = "no_answer"      // a citizen who is called back does not answer
	CitizenCalls  Event = "citizen_calls"  // a citizen who was to be called back has called
	HelpOver      Event = "help_over"      // the consultation is over; of a contact that helps
	Placed        Event = "placed"         // an agent calls the citizen; of an outgoing call, as all below
	LineBusy      Event = "line_busy"      // the citizen's telephone is busy, or refuses the call
	NoWay         Event = "no_way"         // the network has no way to the citizen's telephone
	CalledOff     Event = "called_off"     // nobody wants the citizen's telephone to ring any more
)

// Events are all events.
var Events = []Event{OfferMade, Declined, Expired, AcceptedOffer, Rings, Answered, NotReached, LegLost, AgentGone, Released, CitizenGone,
	LeftQueue, GivenUp, ChannelLost, DismissedJunk, Filed, Overdue, NoAnswer, CitizenCalls, HelpOver, Placed, LineBusy, NoWay, CalledOff}

// Move is what an event makes of a contact.
type Move struct {
	To      State
	Front   bool    // the contact goes to the front of its queue
	Free    bool    // the agent no longer has it
	Outcome Outcome // "" while there is none
}

// Step is a move of a contact. Agent has it from then on; 0: no change.
type Step struct {
	Contact Contact
	Move    Move
	Agent   int64
}

var (
	toFront   = Move{To: Waiting, Front: true, Free: true}
	toPlace   = Move{To: Waiting, Free: true} // the contact keeps its place
	toWrapUp  = Move{To: WrapUp}
	abandoned = Move{To: Ended, Free: true, Outcome: Abandoned}
	left      = Move{To: Ended, Free: true, Outcome: Left}
	calledIn  = Move{To: Ended, Free: true, Outcome: CalledIn}
	lost      = Move{To: Ended, Free: true, Outcome: Lost}
	handled   = Move{To: Ended, Outcome: Handled}
	helped    = Move{To: Ended, Outcome: Consulted}
)

// moves is the whole life. What is not in it cannot happen.
var moves = map[Event]map[State]Move{
	OfferMade:     {Waiting: {To: Offered}},
	Declined:      {Offered: toPlace},
	Expired:       {Offered: toFront},
	AcceptedOffer: {Offered: {To: Accepted}},
	Rings:         {Accepted: {To: Ringing}},
	Answered:      {Accepted: {To: Connected}, Ringing: {To: Connected}},
	NotReached:    {Accepted: toFront, Ringing: toFront},
	LegLost:       {Connected: toFront},
	AgentGone:     {Offered: toPlace, Accepted: toFront, Ringing: toFront, Connected: toFront},
	Released:      {Connected: toWrapUp},
	CitizenGone:   {Waiting: abandoned, Offered: abandoned, Accepted: abandoned, Ringing: abandoned, Connected: toWrapUp},
	LeftQueue:     {Waiting: left, Offered: left},
	GivenUp:       {Waiting: {To: Ended, Outcome: Nobody}},
	ChannelLost:   {Waiting: lost, Offered: lost, Accepted: lost, Ringing: lost, Connected: {To: WrapUp, Outcome: Lost}},
	DismissedJunk: {Waiting: {To: Ended, Outcome: Dismissed}},
	Filed:         {WrapUp: handled},
	Overdue:       {WrapUp: handled},
	NoAnswer:      {Accepted: toPlace},
	CitizenCalls:  {Waiting: calledIn, Offered: calledIn, Accepted: calledIn},
	HelpOver:      {Offered: helped, Accepted: helped, Ringing: helped, Connected: helped},
	Placed:        {Waiting: {To: Accepted}},
	LineBusy:      {Accepted: {To: Ended, Outcome: Engaged}},
	NoWay:         {Accepted: {To: Ended, Outcome: Unreachable}},
	CalledOff:     {Accepted: {To: Ended, Outcome: Cancelled}},
}

// ofOutgoing are the events of outgoing calls alone.
var ofOutgoing = map[Event]bool{Placed: true, LineBusy: true, NoWay: true, CalledOff: true}

// results are the states in which an event finds itself done already: told again, it changes nothing.
var results = map[Event][]State{
	Rings:         {Ringing, Connected},
	Answered:      {Connected},
	NotReached:    {Waiting, Offered, Ended},
	LegLost:       {Waiting, Offered, WrapUp, Ended},
	Released:      {WrapUp, Ended},
	CitizenGone:   {WrapUp, Ended},
	ChannelLost:   {WrapUp, Ended},
	LeftQueue:     {Ended},
	DismissedJunk: {Ended},
	Overdue:       {Ended},
	NoAnswer:      {Waiting, Offered, Ended},
	CitizenCalls:  {Ended},
	HelpOver:      {Ended},
	LineBusy:      {Ended},
	NoWay:         {Ended},
	CalledOff:     {Ended},
}

// After gives what an event makes of a contact. done means that the event was told before and nothing is to be changed. [ErrState]
// when the contact is not in a state for the event.
func (c Contact) After(e Event) (move Move, done bool, err error) {
	move, ok := moves[e][c.State]
	if e == HelpOver && c.Helps == 0 || ofOutgoing[e] && c.Channel != Outgoing {
		ok = false
	}
	switch {
	case !ok:
		for _, s := range results[e] {
			if s == c.State {
				return Move{To: c.State}, true, nil
			}
		}
		return Move{}, false, fmt.Errorf("%s while %s: %w", e, c.State, ErrState)
	case e == NoAnswer && c.Channel == Outgoing: // nobody is called a second time by itself
		move = Move{To: Ended, Outcome: Unanswered}
	case e == NoAnswer && c.Attempts+1 >= MostAttempts:
		move = Move{To: Ended, Free: true, Outcome: Unreached}
	case e == AcceptedOffer && !c.ByCall:
		move.To = Connected
	case e == AgentGone && c.State == Connected && c.ByCall:
		// Whoever talks goes on talking: the voice node tells when the leg is gone.
		return Move{To: Connected}, true, nil
	}
	if c.Helps != 0 && (move.To == Waiting || move.To == WrapUp || move.To == Ended) { // nobody waits for it
		move = helped
	}
	if c.Outcome != "" { // the outcome stands since the talk ended
		move.Outcome = c.Outcome
	}
	return move, false, nil
}

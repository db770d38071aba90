// Package floor is the one place that moves contacts. Each move is one transaction over the interaction, its session, call, legs and
// orders, the contact, its offer, its agent and the streams that tell of them; it names the state that it expects, and told again it changes
// nothing. What an event makes of a contact is decided in package contact. Three kinds of caller come here: a voice node tells what
// became of calls (line.go), an agent's desk does what the agent wants (desk.go), the dispatcher carries out what it decided
// (dispatch.go). The package knows no SQL, no telephone system and no socket.
package floor

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
)

// Dialogue is what conversations go on by.
type Dialogue interface {
	Begin(ctx context.Context, w conversation.Work, channel dialogue.Channel, from conversation.Caller) (conversation.Turn, error)
	Advance(ctx context.Context, w conversation.Work, interaction int64, in dialogue.Input) (conversation.Turn, error)
	// Answer gives the outcome of the queue that the session waits in. [dialogue.ErrStale] when it waits for nothing.
	Answer(ctx context.Context, w conversation.Work, interaction int64, outcome string) (conversation.Turn, error)
	// Nobody tells that no agent will come in the queue that the session waits in: that its hours are over, or else that nobody is there.
	// [dialogue.ErrStale] when it waits for nothing.
	Nobody(ctx context.Context, w conversation.Work, interaction int64, queue string) (conversation.Turn, error)
	// GoOn has the session go on that waits for answers. [dialogue.ErrStale] when it waits for nothing, or still does.
	GoOn(ctx context.Context, w conversation.Work, interaction int64) (conversation.Turn, error)
	// Say gives again the turn that Answer or GoOn came to, for whoever speaks it.
	Say(ctx context.Context, w conversation.Work, interaction int64) (conversation.Turn, error)
	// InWriting sends by SMS what could not be said, and gives what is said in its place.
	InWriting(ctx context.Context, w conversation.Work, interaction int64, unsaid []dialogue.Utterance) ([]dialogue.Fragment, error)
	// Reply sends what a turn wrote.
	Reply(ctx context.Context, w conversation.Work, turn conversation.Turn) error
	// CallBack opens a callback in the place of a call that has broken off.
	CallBack(ctx context.Context, w conversation.Work, interaction int64) error
	// Request opens a callback that a citizen asked for while Okno was away.
	Request(ctx context.Context, w conversation.Work, r call.Request) error
	// LeaveMessage settles the message by voice of a caller who has hung up before it was sent.
	LeaveMessage(ctx context.Context, w conversation.Work, interaction int64) error
	// Outgoing opens the conversation of an outgoing call, and gives the arrival by which its contact joins a queue. [contact.ErrNowhere].
	Outgoing(ctx context.Context, w conversation.Work, o conversation.OutgoingCall) (contact.Arrival, error)
	// Unanswered ends the conversation of an outgoing call that was not answered.
	Unanswered(ctx context.Context, w conversation.Work, interaction int64) error
	// PromiseCall opens a callback that an agent promises, and gives its contact. [contact.ErrState] of one that an agent has already.
	PromiseCall(ctx context.Context, w conversation.Work, p contact.Promise) (callback int64, err error)
	// Reached gives what a citizen hears who was called and has answered. It may be a question that comes before the wait for the agent.
	Reached(ctx context.Context, w conversation.Work, interaction int64, queue string) (conversation.Turn, error)
	// AwaitsAnswer says whether the citizen is asked something.
	AwaitsAnswer(ctx context.Context, w conversation.Work, interaction int64) (bool, error)
	// Unreached ends the conversation of a callback that was not answered, and says so by SMS.
	Unreached(ctx context.Context, w conversation.Work, interaction int64) error
	// Leave tells that the citizen has gone, and gives the outcome as far as the dialogue knows it.
	Leave(ctx context.Context, w conversation.Work, interaction int64) (conversation.Outcome, error)
}

// Work is one unit of work: a transaction with the steps of all that a move changes.
type Work interface {
	conversation.Work
	contacts
	offers
	agents
	calls
	recordings
	orders
	// Owned is [lease.ErrFenced] for a holder whose lease has gone to another. It comes first.
	Owned(ctx context.Context, l lease.Lease) error
}

type contacts interface {
	// LockContact gives a contact and keeps others from it and its interaction. [contact.ErrUnknown].
	LockContact(ctx context.Context, id int64) (contact.Contact, error)
	// LockLiveContact is LockContact for the contact that an interaction has now.
	LockLiveContact(ctx context.Context, interaction int64) (c contact.Contact, found bool, err error)
	// LockHelp is LockContact for the consultation that is under way in an interaction.
	LockHelp(ctx context.Context, interaction int64) (c contact.Contact, found bool, err error)
	// CopyContact adds a contact with the story of another to its interaction, in front of a queue ("": the other's), once for each effect.
	CopyContact(ctx context.Context, of int64, queue, effect string, helps int64) (contact.Contact, error)
	PromoteContact(ctx context.Context, id int64) error
	PassOn(ctx context.Context, id int64, to contact.Passage) error
	// SetQueue has a contact wait in another queue.
	SetQueue(ctx context.Context, c contact.Contact, queue string) error
	// Address has a contact that waits be offered to one agent alone for a time, 0: to any of its queue. It gives the contact's version after that.
	Address(ctx context.Context, id, agent int64, limit time.Duration) (version int64, err error)
	// AdmitsTransfer is [contact.ErrNowhere] of a queue that is none.
	AdmitsTransfer(ctx context.Context, queue, language string) (contact.Admission, error)
	// ContactsOf lists the contacts that an agent has, their wrap-ups left out.
	ContactsOf(ctx context.Context, agent int64) ([]int64, error)
	// LockWaiting gives those of some contacts that wait, and keeps others from them.
	LockWaiting(ctx context.Context, ids []int64) (map[int64]contact.Contact, error)
	// MoveContact does a move; agent has the contact from now on, or 0 for no change. [contact.ErrState] if it moved meanwhile.
	MoveContact(ctx context.Context, c contact.Contact, m contact.Move, agent int64) (contact.Contact, error)
	// MoveContacts is MoveContact for many at once.
	MoveContacts(ctx context.Context, steps []contact.Step) error
	SetDisposition(ctx context.Context, id int64, disposition string) error
	// Drafts gives what an agent has written in a contact, by field.
	Drafts(ctx context.Context, c contact.Contact, agent int64) (map[contact.Field]string, error)
	DropDrafts(ctx context.Context, id int64) error
	ExtendWrapUp(ctx context.Context, id int64) error
	// WaitingSince lists the contacts that wait in a queue and joined it since a time.
	WaitingSince(ctx context.Context, queue string, since time.Time) ([]int64, error)
	JournalDeed(ctx context.Context, agent int64, action string, id int64, detail map[string]any) error
	Rules(ctx context.Context, queue string) (acd.Rules, error)
	StandOfWait(ctx context.Context, c contact.Contact) (acd.StandOfWait, error)
	// TakeNews gives, once, what was switched on for everybody since whoever waits heard of such a thing, in each language; nil: nothing.
	TakeNews(ctx context.Context, c contact.Contact) (map[dialogue.Language]string, error)
	// NoteAnnounced keeps that a caller is told how the wait stands.
	NoteAnnounced(ctx context.Context, id int64, place int) error
	// PassPlace gives a contact that waits the place of another, if that one is in front.
	PassPlace(ctx context.Context, id, of int64) error
	// NoteAttempt keeps that a citizen did not answer, and when the next attempt is due.
	NoteAttempt(ctx context.Context, id int64, due time.Time) error
	// Now is the store's time.
	Now(ctx context.Context) (time.Time, error)
}

type offers interface {
	// AddOffers offers contacts to agents.
	AddOffers(ctx context.Context, offers ...acd.Offer) error
	// OfferedVia gives the queue as whose agent somebody is offered a contact, or "" for the contact's own.
	OfferedVia(ctx context.Context, id int64) (string, error)
	// EndOffer ends the live offer of a contact. [contact.ErrGone].
	EndOffer(ctx context.Context, id int64, how contact.OfferEnd) (agent int64, err error)
	DeclineAccepted(ctx context.Context, id, agent int64) error
}

type agents interface {
	// ClaimAgents gives those of the agents of offers who no longer stand as the decision saw them.
	ClaimAgents(ctx context.Context, offers []acd.Offer) (changed []int64, err error)
	// ClaimFreeAgent says whether an agent could take a call, beside a contact that is offered already.
	ClaimFreeAgent(ctx context.Context, agent, beside int64) (bool, error)
	// ClaimCaller says whether an agent may place a call now, beside a contact that is placed: is on duty, connected, and in no other call.
	ClaimCaller(ctx context.Context, agent, beside int64) (bool, error)
	// CalledBy names another agent than one who calls or talks with a citizen, or whoever has a number, now; "": nobody. It keeps others from calling
	// either until the work is done.
	CalledBy(ctx context.Context, number string, citizen, but int64) (name string, err error)
	SetStatus(ctx context.Context, agent int64, s acd.Status, reason, by string) error
	SetNextStatus(ctx context.Context, agent int64, s acd.Status) error
	// Agent is acd.ErrNoAgent of nobody.
	Agent(ctx context.Context, id int64) (acd.Agent, error)
	// JournalDirection keeps that a leader set the status of an agent.
	JournalDirection(ctx context.Context, leader, agent int64, detail map[string]any) error
	FreeAgent(ctx context.Context, agent int64) error
}

type calls interface {
	AddCall(ctx context.Context, c call.Call) error
	// AddCallBack keeps a call to a citizen that is going to be made for an agent, again after an attempt. [call.ErrNoVoice].
	AddCallBack(ctx context.Context, interaction, agent int64) error
	// TakeRequest keeps that a request for a callback is taken, once: fresh is false of one that was taken before.
	TakeRequest(ctx context.Context, r call.Request) (fresh bool, err error)
	// Call is [call.ErrOver] for a call that has ended.
	Call(ctx context.Context, interaction int64) (call.Call, error)
	// CallOfLeg is [call.ErrOver] for a channel that never was a leg.
	CallOfLeg(ctx context.Context, leg string) (interaction int64, ended bool, err error)
	SetCall(ctx context.Context, interaction int64, state call.State, room string) error
	SetAway(ctx context.Context, interaction int64, away bool) error
	AddLeg(ctx context.Context, interaction int64, l call.Leg) error
	SetLeg(ctx context.Context, id string, state call.LegState) error
	HoldLeg(ctx context.Context, id string, held bool) error
	SetMode(ctx context.Context, id string, mode call.Mode) error
	GiveLeg(ctx context.Context, id string, role call.Role) error
	// KeepQuality keeps how legs sound, and tells the desks.
	KeepQuality(ctx context.Context, interaction int64, legs []call.Quality) error
	EndCall(ctx context.Context, interaction int64) error
}

type recordings interface {
	// BeginRecording keeps that a contact's talk is recorded from now on, if its queue wants that and the citizen has agreed to it.
	BeginRecording(ctx context.Context, c contact.Contact) error
	// PauseRecording has a talk's recording be silent for a time, or no more. [recording.ErrNone].
	PauseRecording(ctx context.Context, interaction int64, pause time.Duration) error
	// FailRecording keeps that a talk is not recorded any more, of which a recording goes on.
	FailRecording(ctx context.Context, interaction int64, name string) error
	// EndMessage keeps that a message by voice was recorded, and how long it is.
	EndMessage(ctx context.Context, interaction int64, length time.Duration) error
	// EndRecording keeps that a talk is over.
	EndRecording(ctx context.Context, interaction int64) error
}

type orders interface {
	AddOrder(ctx context.Context, o call.Order, life time.Duration) error
	// Order gives an order and takes the turn at its interaction. [call.ErrOver] for one that never was.
	Order(ctx context.Context, id string) (call.Order, error)
	EndOrder(ctx context.Context, id string, state call.OrderState, answer string) error
	CancelConnects(ctx context.Context, interaction int64) error
	TakeTurn(ctx context.Context, interaction int64) error
}

// Units runs fn in one transaction, again after a deadlock, and commits it if fn gives no error.
type Units func(ctx context.Context, fn func(Work) error) error

// Floor moves contacts.
type Floor struct {
	units    Units
	dialogue Dialogue
	log      zerolog.Logger
}

// New takes the parts of a floor.
func New(units Units, d Dialogue, log zerolog.Logger) *Floor {
	return &Floor{units: units, dialogue: d, log: log}
}

// owned runs fn as the holder of a lease: the writes of a holder before are refused.
func (f *Floor) owned(ctx context.Context, l lease.Lease, fn func(Work) error) error {
	return f.units(ctx, func(w Work) error {
		if err := w.Owned(ctx, l); err != nil {
			return err
		}
		return fn(w)
	})
}

// served is a queue's outcome for the dialogue: an agent has served the citizen.
const served = "served"

// move does what an event makes of a locked contact, with all that hangs on it but the event's own business: the offer that was out, the
// orders to ring a phone, the agent who is free. It gives the contact after it, and whether anything has changed.
func move(ctx context.Context, w Work, c contact.Contact, e contact.Event, agent int64) (contact.Contact, bool, error) {
	m, done, err := c.After(e)
	if err != nil || done {
		return c, false, err
	}
	moved, err := w.MoveContact(ctx, c, m, agent)
	if err != nil {
		return c, false, err
	}
	if c.State == contact.Offered && e != contact.AcceptedOffer {
		how := contact.OfferWithdrawn
		switch e {
		case contact.Declined:
			how = contact.OfferDeclined
		case contact.Expired:
			how = contact.OfferExpired
		}
		if _, err := w.EndOffer(ctx, c.ID, how); err != nil {
			return c, false, err
		}
	}
	// An agent who lost an offer has been no less idle for it.
	over := m.To == contact.Ended || m.Free && c.State != contact.Offered
	if c.AgentID != 0 && over {
		if err := w.FreeAgent(ctx, c.AgentID); err != nil {
			return c, false, err
		}
	}
	connecting := c.State == contact.Accepted || c.State == contact.Ringing
	if c.ByCall && connecting && (m.Free || m.To == contact.Ended) && e != contact.NotReached { // which is told by the order itself
		if err := w.CancelConnects(ctx, c.Interaction); err != nil {
			return c, false, err
		}
	}
	if (c.Channel == contact.Callback || c.Channel == contact.Outgoing) && c.State == contact.Accepted && over {
		if err := endRinging(ctx, w, c.Interaction); err != nil {
			return c, false, err
		}
	}
	return moved, true, nil
}

// stale says that an error means only that something else was faster, which for a move that may be told twice is no error.
func stale(what string, id any, err error) error {
	if err == nil || conversation.IsStale(err) {
		return nil
	}
	return fmt.Errorf("%s %v: %w", what, id, err)
}

// Package access says who may do what: one policy, in one table of rights. It is pure.
package access

import (
	"errors"

	"okno/internal/fault"
)

// ErrOtherHands says that somebody else, or nobody, has the contact.
var ErrOtherHands = errors.New("the contact is in other hands")

// Role is what an agent is to the house.
type Role string

// The roles.
const (
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
	Administrator Role = "administrator"
)

// Supervises says whether a role looks after more than its own contacts.
func (r Role) Supervises() bool { return r == Supervisor || r == Administrator }

// Act is what somebody wants to do.
type Act string

// The acts.
const (
	ViewContact  Act = "contact.view"
	ServeContact Act = "contact.serve" // accept, decline, reply, release, note, file
	MoveCase     Act = "case.move"
	OpenCase     Act = "case.open"
	OrderLinks   Act = "link.order" // pause and resume the links to operators
)

// Subject is who asks.
type Subject struct {
	Agent int64
	Role  Role
}

// Resource is what the act is done to. Its fields say how it is tied to the subject's work.
type Resource struct {
	Holder int64 // the agent who has the contact; 0 of none
	// Related says that the case belongs to the citizen of the contact in hand, to that citizen's number, or was the subject of the
	// conversation.
	Related bool
}

// May is nil when the subject may do the act to the resource, or an error of kind forbidden, whose text is safe to show.
func May(s Subject, act Act, r Resource) error {
	switch act {
	case ViewContact, ServeContact, OpenCase:
		if r.Holder == s.Agent {
			return nil
		}
		return otherHands()
	case MoveCase:
		if r.Holder != s.Agent {
			return otherHands()
		}
		if r.Related {
			return nil
		}
		return refuse("this case does not belong to the citizen of this contact")
	case OrderLinks:
		if s.Role.Supervises() {
			return nil
		}
		return refuse("only a supervisor or an administrator may do this")
	}
	return refuse("this is not allowed")
}

func refuse(text string) error { return &fault.Error{Kind: fault.Forbidden, Text: text} }

func otherHands() error {
	return &fault.Error{Kind: fault.Forbidden, Text: ErrOtherHands.Error(), Err: ErrOtherHands}
}

package floor

import (
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
)

// Tie says what ties a contact to an agent. A contact that has ended is tied to nobody.
func Tie(c contact.Contact, agent int64) access.Tie {
	switch {
	case c.AgentID == 0 || c.AgentID != agent:
		return access.Untied
	case c.State == contact.Offered:
		return access.Offered
	case c.State == contact.Waiting || c.State == contact.Ended:
		return access.Untied
	}
	return access.Held
}

// Subject is an agent as the policy knows one.
func Subject(a acd.Agent) access.Subject {
	return access.Subject{Agent: a.ID, Role: a.Role, Enrolled: a.Enrolled, Proof: a.Proof}
}

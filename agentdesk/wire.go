package agentdesk

import (
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/dialogue"
	"okno/internal/floor"
	"okno/internal/phone"
)

// The forms in which things go to the page. docs/desk-protocol.md describes them.

type object = map[string]any

func agentJSON(a acd.Agent) object {
	return object{"id": a.ID, "login": a.Login, "name": a.Name, "role": a.Role, "languages": a.Languages, "queues": a.Queues,
		"status": a.Status, "reason": a.StatusReason, "since": when(a.StatusAt), "pause_until": when(a.PauseUntil()),
		"next_status": a.NextStatus}
}

func (d *Desk) contactJSON(c contact.Contact) object {
	return object{"id": c.ID, "interaction": c.Interaction, "channel": c.Channel, "queue": c.Queue, "language": c.Language,
		"reason": d.Reasons(c.Reason), "context": c.Context, "number": mask(c.Number), "state": c.State, "queued_at": when(c.QueuedAt),
		"promised_at": when(c.PromisedAt), "connected_at": when(c.ConnectedAt), "wrap_up_until": when(c.WrapUpUntil)}
}

// mask hides a telephone number but for its ends; a withheld one stays "".
func mask(number string) string {
	if number == "" {
		return ""
	}
	return phone.Mask(number)
}

// snapshotJSON is a desk as its agent sees it. An offer shows why and in which language, not who.
func (d *Desk) snapshotJSON(s desk.Snapshot) object {
	contacts := make([]object, 0, len(s.Contacts))
	for _, h := range s.Contacts {
		c := d.contactJSON(h.Contact)
		c["name"], c["offer_until"], c["parties"] = h.Name, when(h.OfferUntil), d.partiesJSON(h.Parties)
		c["helps"], c["queue_title"], c["answered"] = h.Helps != 0, h.QueueTitle, h.Answered
		c["auto_accept"], c["must_file"], c["for_you"] = h.AutoAccept, h.MustFile, h.AddressedTo == s.Agent.ID
		if h.Recording != "" {
			c["recording"] = object{"state": h.Recording, "paused_until": when(h.PausedUntil)}
		}
		if access.May(floor.Subject(s.Agent), access.ViewContact, floor.Tie(h.Contact, s.Agent.ID)) != nil {
			c["name"], c["number"], c["context"] = "", "", object{}
		}
		contacts = append(contacts, c)
	}
	forYou := make([]object, 0, len(s.ForYou))
	for _, c := range s.ForYou {
		forYou = append(forYou, object{"id": c.Contact, "channel": c.Channel, "language": c.Language, "reason": d.Reasons(c.Reason),
			"queue_title": c.QueueTitle, "queued_at": c.QueuedAt, "due_at": when(c.DueAt), "until": c.Until})
	}
	return object{"agent": agentJSON(s.Agent), "contacts": contacts, "queues": queuesJSON(s.Queues), "for_you": forYou, "unanswered": s.Unanswered,
		"memos": s.Memos}
}

func (d *Desk) partiesJSON(parties []desk.Party) []object {
	found := make([]object, 0, len(parties))
	for _, p := range parties {
		found = append(found, object{"leg": p.Leg, "role": p.Role, "name": p.Name, "title": d.titleOf(p), "state": p.State, "held": p.Held, "poor": p.Poor})
	}
	return found
}

func queuesJSON(queues []desk.Queue) []object {
	found := make([]object, 0, len(queues))
	for _, q := range queues {
		found = append(found, object{"name": q.Name, "title": q.Title, "waiting": q.Waiting, "oldest": when(q.Oldest), "opens": when(q.Opens)})
	}
	return found
}

func (d *Desk) caseJSON(c cases.Case) object {
	names := map[dialogue.Language]string{} // of the service, as the catalogue has it today
	if s, ok := d.Services.Service(c.Service); ok {
		for l, t := range s.Texts {
			names[l] = t.Name
		}
	}
	return object{"id": c.ID, "number": c.Number, "kind": c.Kind, "state": c.State, "next": c.State.Next(), "service": c.Service, "service_name": names,
		"subject": c.Subject, "body": c.Body, "duplicate": c.DuplicateOf != 0, "due_on": date(c.DueOn), "opened_at": c.OpenedAt, "updated_at": c.UpdatedAt}
}

// when gives a time, or null for none.
func when(t time.Time) any {
	if t.Year() <= 1 {
		return nil
	}
	return t
}

func date(t time.Time) any {
	if t.Year() <= 1 {
		return nil
	}
	return t.Format(time.DateOnly)
}

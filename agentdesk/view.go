package agentdesk

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/edge"
	"okno/internal/floor"
)

// view gives all that an agent sees of a contact that the agent has.
func (d *Desk) view(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.show(w, r, agent, "", func(c contact.Contact) error {
		return access.May(floor.Subject(agent), access.ViewContact, floor.Tie(c, agent.ID))
	})
}

// leastReason and mostReason are the characters of a reason that says something.
const leastReason, mostReason = 10, 500

// breakGlass gives a supervisor what an agent sees of any contact, for a reason, which the journal keeps.
func (d *Desk) breakGlass(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		Reason string `json:"reason"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	reason := strings.TrimSpace(body.Reason)
	d.show(w, r, agent, reason, func(contact.Contact) error {
		return access.May(floor.Subject(agent), access.ViewContact, reasonTie(reason))
	})
}

// reasonTie is what a reason ties: nothing, if it is too short to say anything.
func reasonTie(reason string) access.Tie {
	if n := utf8.RuneCountInString(reason); n < leastReason || n > mostReason {
		return access.Untied
	}
	return access.Reason
}

// reveal gives the whole numbers, the telephone's and the national one, of the citizen of a contact in hand, to whoever says why. The journal
// keeps that they were seen, and the reason.
func (d *Desk) reveal(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksOfContact(r)
	var body struct {
		Reason string `json:"reason"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 4<<10, false, &body))
	}
	reason := strings.TrimSpace(body.Reason)
	if n := utf8.RuneCountInString(reason); err == nil && (n == 0 || n > mostReason) {
		err = access.ErrReason
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	whole, err := d.Store.RevealCitizen(r.Context(), agent.ID, id, reason, func(c contact.Contact) error {
		return access.May(floor.Subject(agent), access.RevealCitizen, floor.Tie(c, agent.ID))
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"national_number": whole.NationalNumber, "number": whole.Number})
}

// asksOfContact gives who asks, and about which contact.
func (d *Desk) asksOfContact(r *http.Request) (agent acd.Agent, id int64, err error) {
	if agent, _, err = d.agentOf(r); err == nil {
		id, err = contactID(r)
	}
	return agent, id, err
}

// contactID is the contact that a request names. [contact.ErrUnknown].
func contactID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, contact.ErrUnknown
	}
	return id, nil
}

// show answers with the view of the contact that a request names.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, agent acd.Agent, reason string, may func(contact.Contact) error) {
	id, err := contactID(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	v, err := d.Store.ContactView(r.Context(), agent.ID, id, reason, may)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, d.viewJSON(agent, v))
}

// deliveries tells what became of the agents' messages in a contact in hand, by the ids of their lines, and of those that told of the citizen's
// cases. It tells nothing of the citizen, and the page asks every few seconds: the journal does not keep it.
func (d *Desk) deliveries(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksOfContact(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	found, err := d.Store.Deliveries(r.Context(), id, func(c contact.Contact) error {
		return access.May(floor.Subject(agent), access.ViewContact, floor.Tie(c, agent.ID))
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"deliveries": found.Entries, "moves": found.Moves})
}

// linesJSON are lines of a transcript.
func linesJSON(lines []desk.Entry) []object {
	found := make([]object, 0, len(lines))
	for _, e := range lines {
		found = append(found, object{"id": e.ID, "interaction": e.Interaction, "channel": e.Channel, "at": e.At, "speaker": e.Speaker,
			"name": e.Name, "kind": e.Kind, "body": e.Body, "delivery": e.Delivery})
	}
	return found
}

// viewJSON is a contact as an agent sees it. A case of somebody else shows no more than its number tells to anybody.
func (d *Desk) viewJSON(agent acd.Agent, v desk.View) object {
	found, numbers := make([]object, 0, len(v.Cases)), map[int64]string{}
	for _, c := range v.Cases {
		tie := access.AskedOf
		if c.Theirs {
			tie = access.Theirs
		}
		if access.May(floor.Subject(agent), access.ViewCase, tie) == nil {
			numbers[c.ID] = c.Number
			shown := d.caseJSON(c.Case)
			shown["theirs"] = true
			found = append(found, shown)
		} else {
			found = append(found, object{"id": c.ID, "number": c.Number, "state": c.State, "theirs": false})
		}
	}
	moves := make([]object, 0, len(v.Moves))
	for _, m := range v.Moves {
		if number, ok := numbers[m.Case]; ok {
			shown := moveJSON(m)
			shown["number"] = number
			moves = append(moves, shown)
		}
	}
	drafts := object{}
	for field, text := range v.Drafts {
		drafts[string(field)] = text
	}
	z := v.Citizen
	return object{"contact": d.contactJSON(v.Contact), "timeline": linesJSON(v.Timeline), "cases": found, "moves": moves, "drafts": drafts, "recordings": recordingsJSON(agent, v.Recordings), "heard": soundedJSON(v.Heard), "citizen": object{"id": z.ID, "name": z.Name,
		"national_number": citizenMask(z.NationalNumber), "language": z.Language, "number": mask(z.Number), "verification": z.Verification}}
}

// citizenMask hides a national number but for its last three digits.
func citizenMask(number string) string {
	if len(number) < 6 {
		return number
	}
	return strings.Repeat("•", len(number)-3) + number[len(number)-3:]
}

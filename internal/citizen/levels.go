package citizen

import (
	"fmt"
	"strings"
)

// Need is the least verification of the citizen that an operation needs.
type Need struct {
	Where     string // dialogue, desk, api
	Operation string // "passcode.fetch", "bind", "POST /api/v1/bindings"
	Least     Verification
	Note      string
}

// Where operations are.
const (
	InDialogue = "dialogue"
	AtDesk     = "desk"
	ByAPI      = "api"
)

// Needs are the levels of all operations that citizens take part in: each action of a dialogue, each command of the desk, each route of the
// API. Tests in their packages fail for one that is not here, and for one whose level is another.
var Needs = []Need{
	{InDialogue, "queue", Nobody, "anybody may ask for an operator"},
	{InDialogue, "service.find", Nobody, "the catalogue is public"},
	{InDialogue, "service.offers", Nobody, ""},
	{InDialogue, "service.categories", Nobody, ""},
	{InDialogue, "service.in_category", Nobody, ""},
	{InDialogue, "words.correct", Nobody, ""},
	{InDialogue, "announcement.now", Nobody, ""},
	{InDialogue, "recording.rule", Nobody, ""},
	{InDialogue, "recording.allow", Nobody, "of the own call"},
	{InDialogue, "message.record", Nobody, ""},
	{InDialogue, "message.hear", Nobody, "of the own call"},
	{InDialogue, "message.send", Nobody, "likewise"},
	{InDialogue, "survey.due", Nobody, ""},
	{InDialogue, "survey.mark", Nobody, "of the own talk"},
	{InDialogue, "case.status", Nobody, "the stage; all of it from `number` on, of an own case only"},
	{InDialogue, "case.withdraw", Nobody, "an own case only: a citizen's from `number` on"},
	{InDialogue, "case.reopen", Nobody, "likewise"},
	{InDialogue, "case.rate", Nobody, "likewise"},
	{InDialogue, "passcode.fetch", ByNumber, "to the number that it was sent for, if that is the citizen's"},
	{InDialogue, "appeal.open", Nobody, ""},
	{InDialogue, "appeal.file", Nobody, ""},
	{InDialogue, "callback.open", Nobody, ""},
	{InDialogue, "callback.times", Nobody, "of a callback that was opened in the conversation"},
	{InDialogue, "callback.promise", Nobody, "likewise"},
	{InDialogue, "queue.text", Nobody, ""},
	{InDialogue, "appointment.mine", Nobody, "own ones only: a citizen's from `number` on, else those of the number alone"},
	{InDialogue, "appointment.offices", Nobody, ""},
	{InDialogue, "appointment.days", Nobody, "of an own appointment only, where one is named"},
	{InDialogue, "appointment.times", Nobody, "likewise"},
	{InDialogue, "appointment.book", Nobody, "for the citizen from `number` on, else for the number alone"},
	{InDialogue, "appointment.move", Nobody, "an own one only"},
	{InDialogue, "appointment.wait", Nobody, "as appointment.book"},
	{InDialogue, "appointment.take", Nobody, "what was offered to an own case only"},
	{InDialogue, "fee.mine", BySecret, ""},
	{InDialogue, "fee.of_case", Nobody, "of an own case only"},
	{InDialogue, "fee.link", Nobody, "what was told before, to the number of the conversation"},
	{InDialogue, "notices.stop", Nobody, "STOP counts from whoever writes it; a number of nobody's is answered once"},
	{InDialogue, "notices.start", Nobody, ""},
	{InDialogue, "sms.send", Nobody, "what was said before, to the number of the conversation"},
	{InDialogue, "identity.ways", Nobody, "these are the steps up"},
	{InDialogue, "identity.claim", Nobody, ""},
	{InDialogue, "identity.send", Nobody, ""},
	{InDialogue, "identity.prove", Nobody, ""},
	{InDialogue, "pin.set", BySecret, ""},
	{InDialogue, "pin.remove", BySecret, ""},
	{InDialogue, "binding.add", BySecret, "the number that writes"},

	{AtDesk, "set_status", Nobody, "about the agent alone"},
	{AtDesk, "accept", Nobody, ""},
	{AtDesk, "decline", Nobody, ""},
	{AtDesk, "hangup", Nobody, ""},
	{AtDesk, "reply", Nobody, ""},
	{AtDesk, "finish", Nobody, ""},
	{AtDesk, "note", Nobody, ""},
	{AtDesk, "disposition", Nobody, ""},
	{AtDesk, "extend", Nobody, ""},
	{AtDesk, "hold", Nobody, ""},
	{AtDesk, "resume", Nobody, ""},
	{AtDesk, "record_pause", Nobody, ""},
	{AtDesk, "record_resume", Nobody, ""},
	{AtDesk, "rejoin", Nobody, ""},
	{AtDesk, "supervise", Nobody, ""},
	{AtDesk, "unsupervise", Nobody, ""},
	{AtDesk, "take_over", Nobody, ""},
	{AtDesk, "direct", Nobody, "about an agent"},
	{AtDesk, "requeue", Nobody, ""},
	{AtDesk, "promise_call", Nobody, ""},
	{AtDesk, "keys", Nobody, ""},
	{AtDesk, "transfer", Nobody, ""},
	{AtDesk, "consult", Nobody, ""},
	{AtDesk, "swap", Nobody, ""},
	{AtDesk, "conference", Nobody, ""},
	{AtDesk, "complete", Nobody, ""},
	{AtDesk, "cancel", Nobody, ""},
	{AtDesk, "take_back", Nobody, ""},
	{AtDesk, "outgoing_call", Nobody, "whoever answers has proved nothing, whoever's the number is"},
	{AtDesk, "case_open", Nobody, ""},
	{AtDesk, "appointment_book", Nobody, "for the citizen of the contact"},
	{AtDesk, "appointment_move", ByNumber, "as case_move"},
	{AtDesk, "case_move", ByNumber, "a case of the contact's citizen; `none` for one that was opened by number alone"},
	{AtDesk, "verify", Nobody, "the agent checks by questions"},
	{AtDesk, "bind", ByAgent, ""},
	{AtDesk, "unbind", ByAgent, ""},
	{AtDesk, "order_link", Nobody, ""},
	{AtDesk, "announce", Nobody, ""},
	{AtDesk, "announce_end", Nobody, ""},
	{AtDesk, "case_batch", Nobody, "of cases that the agent works on"},
	{AtDesk, "case_batch_undo", Nobody, "likewise"},
	{AtDesk, "memo_send", Nobody, "about no citizen"},
	{AtDesk, "memos_read", Nobody, "likewise"},
	{AtDesk, "canned_save", Nobody, "about no citizen"},
	{AtDesk, "canned_remove", Nobody, ""},

	{ByAPI, "POST /api/v1/challenges", Nobody, "these are the proof"},
	{ByAPI, "GET /api/v1/challenges/{id}", Nobody, ""},
	{ByAPI, "DELETE /api/v1/challenges/{id}", Nobody, ""},
	{ByAPI, "POST /api/v1/challenges/{id}/resend", Nobody, ""},
	{ByAPI, "POST /api/v1/challenges/{id}/verify", Nobody, ""},
	{ByAPI, "GET /api/v1/challenges/report", Nobody, ""},
	{ByAPI, "POST /api/v1/bindings", BySecret, "the portal's session, and a challenge that went to the number"},
	{ByAPI, "POST /api/v1/bindings/end", ByNumber, "the portal's session"},
	{ByAPI, "PUT /api/v1/pin", BySecret, "the portal's session, and a challenge that went to a trusted number"},
	{ByAPI, "POST /api/v1/totp", BySecret, "likewise"},
	{ByAPI, "POST /api/v1/totp/confirm", BySecret, "a code of the authenticator"},
	{ByAPI, "GET /api/v1/services", Nobody, "the catalogue is public"},
	{ByAPI, "POST /api/v1/cases", Nobody, "the portal's session"},
	{ByAPI, "GET /api/v1/cases", Nobody, "what the client itself has opened, without personal data"},
	{ByAPI, "GET /api/v1/cases/{number}", Nobody, "a case that the client opened"},
	{ByAPI, "GET /api/v1/offices", Nobody, ""},
	{ByAPI, "GET /api/v1/offices/{office}/slots", Nobody, ""},
	{ByAPI, "GET /api/v1/appointments", Nobody, "what the client itself has booked"},
	{ByAPI, "POST /api/v1/appointments", Nobody, "the portal's session"},
	{ByAPI, "POST /api/v1/appointments/waits", Nobody, "the portal's session"},
	{ByAPI, "POST /api/v1/appointments/waits/{number}/leave", ByNumber, "the portal's session; `none` for one that the client began"},
	{ByAPI, "POST /api/v1/appointments/find", ByNumber, "the portal's session"},
	{ByAPI, "GET /api/v1/appointments/{number}", Nobody, "one that the client booked"},
	{ByAPI, "POST /api/v1/appointments/{number}/move", ByNumber, "the portal's session; `none` for one that the client booked"},
	{ByAPI, "POST /api/v1/appointments/{number}/cancel", ByNumber, "likewise"},
	{ByAPI, "GET /api/v1/webhook/deliveries", Nobody, "what the client itself was told"},
	{ByAPI, "POST /api/v1/webhook/deliveries/{id}/replay", Nobody, "its own delivery"},
	{ByAPI, "POST /api/v1/notifications", Nobody, "a notice; the answer is the same for a citizen who is unknown"},
	{ByAPI, "GET /api/v1/messages/{id}", Nobody, "what the client itself has sent"},
	{ByAPI, "POST /api/v1/notification-lists", Nobody, "notices; the client is known by its key"},
	{ByAPI, "GET /api/v1/notification-lists/{id}", Nobody, "what the client itself has sent"},
	{ByAPI, "POST /api/v1/notification-lists/{id}/start", Nobody, "its own list"},
	{ByAPI, "POST /api/v1/notification-lists/{id}/stop", Nobody, "its own list"},
	{ByAPI, "GET /api/v1/notification-lists/{id}/messages", Nobody, "what the client itself has sent"},
	{ByAPI, "POST /api/v1/agencies/{agency}/events", Nobody, "an agency about its own cases; the client is known by its key"},
	{ByAPI, "GET /api/v1/services/{code}", Nobody, ""},
}

// Levels gives the operations of a place with their levels.
func Levels(where string) map[string]Verification {
	found := map[string]Verification{}
	for _, n := range Needs {
		if n.Where == where {
			found[n.Operation] = n.Least
		}
	}
	return found
}

// Table prints the needs as a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| where | operation | least | |\n| --- | --- | --- | --- |\n")
	for _, n := range Needs {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", n.Where, n.Operation, n.Least, n.Note)
	}
	return b.String()
}

package conversation

import (
	"time"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/dialogue"
	"okno/internal/message"
)

// The texts that tell of a step of a case.
const (
	stepText    = "notice.step"
	stepDueText = "notice.step_due"
	closedText  = "notice.closed" // asks for a rating
	mergedText  = "notice.merged"
	joinedText  = "notice.joined" // with a case of somebody else, whose number is not told

	reminderText  = "appointment.reminder"
	placeFreeText = "appointment.place_free" // the offer of a place to whoever waits
)

// Notices writes what citizens are told of their cases unasked, in the words of the current dialogue.
type Notices struct {
	dialogues Dialogues
	writing   Writing
}

// NewNotices takes its parts.
func NewNotices(d Dialogues, writing Writing) Notices { return Notices{d, writing} }

// Step tells where a case stands now, and what comes next.
func (n Notices) Step(l dialogue.Language, c cases.Case) string {
	d := n.dialogues.Current()
	key, values := stepText, map[string]dialogue.Value{
		"case":  {Type: dialogue.TypeCaseNumber, Text: c.Number},
		"stage": {Type: dialogue.TypePhrase, Text: "stage." + string(c.State)},
		"next":  {Type: dialogue.TypePhrase, Text: "next." + string(c.State)},
	}
	if c.State == cases.Closed {
		key = closedText
		delete(values, "next")
	}
	if !c.State.Settled() && !c.DueOn.IsZero() {
		key, values["due"] = stepDueText, dialogue.Value{Type: dialogue.TypeDate, Text: c.DueOn.Format(time.DateOnly)}
	}
	return n.write(d, l, key, values)
}

// Merged tells that a case goes on in another, and where that one stands; the other's number is left out where it is "".
func (n Notices) Merged(l dialogue.Language, c cases.Case, stands cases.State, other string) string {
	key, values := joinedText, map[string]dialogue.Value{
		"case":  {Type: dialogue.TypeCaseNumber, Text: c.Number},
		"stage": {Type: dialogue.TypePhrase, Text: "stage." + string(stands)},
	}
	if other != "" {
		key, values["other"] = mergedText, dialogue.Value{Type: dialogue.TypeCaseNumber, Text: other}
	}
	return n.write(n.dialogues.Current(), l, key, values)
}

func (n Notices) write(d *dialogue.Definition, l dialogue.Language, key string, values map[string]dialogue.Value) string {
	return n.writing.form(message.Notice, l, d.Transliteration(key), d.Texts.Write(dialogue.Utterance{Key: key, Language: l, Values: values}))
}

// Reminder tells of an appointment that comes.
func (n Notices) Reminder(l dialogue.Language, a appointment.Appointment, o appointment.Office, zone *time.Location) string {
	return n.ofPlace(reminderText, l, a, o, zone, a.From)
}

// PlaceFree offers a place, and says until when.
func (n Notices) PlaceFree(l dialogue.Language, a appointment.Appointment, o appointment.Office, zone *time.Location) string {
	return n.ofPlace(placeFreeText, l, a, o, zone, a.Until)
}

func (n Notices) ofPlace(key string, l dialogue.Language, a appointment.Appointment, o appointment.Office, zone *time.Location, until time.Time) string {
	d := n.dialogues.Current()
	local := a.From.In(zone)
	return n.writing.form(message.Notice, l, d.Transliteration(key), d.Texts.Write(dialogue.Utterance{Key: key, Language: l, Values: map[string]dialogue.Value{
		"case":    {Type: dialogue.TypeCaseNumber, Text: a.Number},
		"office":  dialogue.TextValue(o.Name[l]),
		"address": dialogue.TextValue(o.Address[l]),
		"day":     {Type: dialogue.TypeDate, Text: local.Format(time.DateOnly)},
		"time":    {Type: dialogue.TypeTime, Text: local.Format(appointment.ClockForm)},
		"until":   {Type: dialogue.TypeTime, Text: until.In(zone).Format(appointment.ClockForm)},
	}}))
}

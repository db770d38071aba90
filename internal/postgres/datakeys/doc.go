// Package datakeys keeps the data keys of citizens, interactions, cases and agents' answers, and names the place of each value that they
// seal. A value opens at its own place only: whoever copies it into another row gains nothing. A value whose data key was destroyed reads as
// empty.
package datakeys

import (
	"strconv"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// The keys of a row that a statement reads beside the row: a column for a list of columns, %s being the owner's id.
const (
	// OfInteraction is the wrapped key of an interaction; its id follows, and a closing bracket.
	OfInteraction = `(SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = `
	// OfCitizen is the wrapped key of a citizen; the id follows, and a closing bracket.
	OfCitizen = `(SELECT wrapped FROM data_keys WHERE kind = 'z' AND owner_id = `
	// OfCase is the wrapped key of a case; its id follows, and a closing bracket.
	OfCase = `(SELECT wrapped FROM data_keys WHERE kind = 'c' AND owner_id = `
)

// Owned is a data key with whose it is.
type Owned struct {
	ID      int64
	Wrapped seal.Wrapped
}

const (
	addInteractionKeys = `INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', * FROM unnest($1::bigint[], $2::bytea[])`
	addCitizenKeys     = `INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'z', * FROM unnest($1::bigint[], $2::bytea[])`
	addCaseKeys        = `INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'c', * FROM unnest($1::bigint[], $2::bytea[])`
)

// QueueInteractions queues keys of new interactions to be written.
func QueueInteractions(writes *pgx.Batch, keys []Owned) { queue(writes, addInteractionKeys, keys) }

// QueueCitizens queues keys of new citizens to be written.
func QueueCitizens(writes *pgx.Batch, keys []Owned) { queue(writes, addCitizenKeys, keys) }

// QueueCases queues keys of new cases to be written.
func QueueCases(writes *pgx.Batch, keys []Owned) { queue(writes, addCaseKeys, keys) }

// Columns are those that [CaseRow], [InteractionRow] and [CitizenRow] give for a COPY.
var Columns = []string{"kind", "owner_id", "wrapped"}

// CaseRow is the key of a new case, to be copied.
func CaseRow(id int64, wrapped seal.Wrapped) []any { return []any{byte('c'), id, []byte(wrapped)} }

// InteractionRow is the key of a new interaction, to be copied.
func InteractionRow(id int64, wrapped seal.Wrapped) []any {
	return []any{byte('i'), id, []byte(wrapped)}
}

// CitizenRow is the key of a new citizen, to be copied.
func CitizenRow(id int64, wrapped seal.Wrapped) []any { return []any{byte('z'), id, []byte(wrapped)} }

func queue(writes *pgx.Batch, statement string, keys []Owned) {
	writes.Queue(statement, postgres.Column(keys, func(k Owned) int64 { return k.ID }),
		postgres.Column(keys, func(k Owned) []byte { return k.Wrapped }))
}

// The places of values. They are built at every message: no fmt here.

// NumberOf is the place of an interaction's telephone number.
func NumberOf(interaction int64) string { return place("interaction:", interaction, " number") }

// SessionOf is the place of an interaction's session.
func SessionOf(interaction int64) string { return place("interaction:", interaction, " session") }

// EntryOf is the place of a line of an interaction's transcript: a line's words cannot be put into another's mouth.
func EntryOf(interaction int64, speaker, kind string) string {
	return place("interaction:", interaction, " entry "+speaker+" "+kind)
}

// ContextOf is the place of the context of an interaction's contacts.
func ContextOf(interaction int64) string { return place("interaction:", interaction, " context") }

// DraftOf is the place of what an agent has written in a field of an interaction's contact.
func DraftOf(interaction int64, field string) string {
	return place("interaction:", interaction, " draft "+field)
}

// EvaluationOf is the place of a supervisor's evaluation of a contact.
func EvaluationOf(interaction, contact int64) string {
	return place("interaction:", interaction, place(" evaluation ", contact, ""))
}

// ReplyOf is the place of the agent's reply to it.
func ReplyOf(interaction, contact int64) string {
	return place("interaction:", interaction, place(" reply ", contact, ""))
}

// TranscriptOf is the place of what was said in a recording of an interaction.
func TranscriptOf(interaction, recording int64) string {
	return place("interaction:", interaction, place(" transcript ", recording, ""))
}

// CorrectionOf is the place of a correction of a line of it.
func CorrectionOf(interaction, recording int64, line, number int) string {
	return place("interaction:", interaction, place(" transcript ", recording, place(" line ", int64(line), place(" ", int64(number), ""))))
}

// QuestionOf is the place of a question of an interaction that nothing answered.
func QuestionOf(interaction int64) string { return place("interaction:", interaction, " question") }

// AnswersOf is the place of what agencies answered while the citizen of an interaction waited.
func AnswersOf(interaction int64) string { return place("interaction:", interaction, " answers") }

// FeesOf is the place of what the citizen of an interaction got links to pay for.
func FeesOf(interaction int64) string { return place("interaction:", interaction, " fees") }

// CaseOf is the place of what is sealed of a case.
func CaseOf(id int64) string { return place("case:", id, "") }

// MovesOf is the place of what is sealed of a case's moves.
func MovesOf(id int64) string { return place("case:", id, " move") }

// AttachmentOf is the place of the name of a file of a case.
func AttachmentOf(caseID int64, file string) string {
	return place("case:", caseID, " attachment "+file)
}

// EventOf is the place of the reason of an agency's event.
func EventOf(caseID int64) string { return place("case:", caseID, " event") }

// DeliveryOf is the place of what an agency is told of a case.
func DeliveryOf(caseID int64) string { return place("case:", caseID, " delivery") }

// MemoOf is the place of what colleagues write to an agent.
func MemoOf(agent int64) string { return place("agent:", agent, " memo") }

// BatchOf is the place of why an agent moves cases together.
func BatchOf(agent int64) string { return place("agent:", agent, " batch") }

// AnswerOf is the place of what an agent's command came to.
func AnswerOf(agent int64, command string) string { return place("agent:", agent, " answer "+command) }

func place(what string, id int64, more string) string {
	b := make([]byte, 0, len(what)+20+len(more))
	b = append(b, what...)
	b = strconv.AppendInt(b, id, 10)
	return string(append(b, more...))
}

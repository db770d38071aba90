package conversation

import (
	"context"
	"errors"
	"time"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/otp"
)

// ErrNoSession says that an interaction has no session.
var ErrNoSession = errors.New("no such session")

// Work is one transaction's view of all that a conversation touches.
type Work interface {
	interactions
	sessions
	subscribers
	caseFile
	queues
	appointments
	asking
	questions
	attempts
	proofs
	LivePasscode(ctx context.Context, number string, now time.Time) (otp.Challenge, bool, error)
	EnqueueMT(ctx context.Context, m message.MT) error
}

type interactions interface {
	OpenInteraction(ctx context.Context, i Interaction) (int64, error)
	// OpenOn gives the open conversation of a number on a channel in writing.
	OpenOn(ctx context.Context, c dialogue.Channel, number string) (id int64, activeAt time.Time, found bool, err error)
	// EndInteraction closes it with an outcome, once; a second outcome is dropped.
	EndInteraction(ctx context.Context, id int64, outcome Outcome) error
	AddEntry(ctx context.Context, e Entry) error
	LinkCase(ctx context.Context, interaction, caseID int64) error
}

type sessions interface {
	AddSession(ctx context.Context, interaction int64, s Session) error
	// LockSession gives the session, and keeps others from it until the transaction ends. ErrNoSession.
	LockSession(ctx context.Context, interaction int64) (Interaction, Session, error)
	SaveSession(ctx context.Context, interaction int64, s Session) error
}

type subscribers interface {
	Known(ctx context.Context, number string) (citizen.Known, error)
	// Heard notes that the number of a binding is in use.
	Heard(ctx context.Context, binding int64) error
	SetLanguage(ctx context.Context, number string, l dialogue.Language) error
	SetNotices(ctx context.Context, number string, stopped bool) error
}

type caseFile interface {
	// CaseByNumber gives cases.ErrUnknown if there is none.
	CaseByNumber(ctx context.Context, number string) (cases.Case, error)
	OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error)
	// MoveCase gives cases.ErrMove when there is no such way, and cases.ErrMoved when somebody else was faster.
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why, told string) (cases.Case, error)
	// CorrectCase moves a case whatever its state.
	CorrectCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why, told string) (cases.Case, error)
	// CaseGoingOn gives the case that goes on in the place of a duplicate, and any other case itself.
	CaseGoingOn(ctx context.Context, c cases.Case) (cases.Case, error)
	// CaseToRate gives the case of a citizen, or of a number alone, that ended last since a moment. cases.ErrUnknown.
	CaseToRate(ctx context.Context, citizen int64, number string, since time.Time) (cases.Case, error)
	RateCase(ctx context.Context, c cases.Case, rating int) error
	// PlaceOf gives the place in its queue that a case has. cases.ErrUnknown of one of which none was reported.
	PlaceOf(ctx context.Context, caseID int64, monthBegan time.Time) (cases.Place, error)
	// OpenCallback gives the number of the callback that is open for a telephone number.
	OpenCallback(ctx context.Context, contact string) (number string, found bool, err error)
}

type questions interface {
	// NoteAsked keeps a question to the catalogue.
	NoteAsked(ctx context.Context, a catalogue.Asked) error
}

type attempts interface {
	// LockAttempts gives the attempts at a way in, and keeps others from them until the transaction ends.
	LockAttempts(ctx context.Context, way lockout.Way, subjects ...string) (lockout.Book, error)
	KeepAttempts(ctx context.Context, b lockout.Book) error
}

// proofs are what a citizen proves by who speaks. For nobody, citizen 0, each does the same work as for a citizen.
type proofs interface {
	otp.Sender
	otp.Checker
	// CitizenByNational gives the citizen of a national number, or 0, and what stands for that number where no citizen does.
	CitizenByNational(ctx context.Context, kind, number string) (citizen int64, err error)
	// NationalIndex gives what stands for a national number where nobody may read it.
	NationalIndex(kind, number string) (string, error)
	// Factors gives what a citizen can prove by. Attempts against a citizen take turns by LockAttempts.
	Factors(ctx context.Context, whose int64) (citizen.Factors, error)
	// SetPIN sets the hash of a PIN; "" removes it.
	SetPIN(ctx context.Context, whose int64, hash, by string) error
	// TakeTOTP notes that the code of a step was taken: no earlier one counts any more.
	TakeTOTP(ctx context.Context, whose, step int64) error
	// ProofNumber gives the number by which a citizen can prove who speaks; "" of nobody, and of whoever has none that is trusted.
	ProofNumber(ctx context.Context, whose int64) (string, error)
	// Prove notes that an interaction is with a citizen who has proved it.
	Prove(ctx context.Context, interaction, whose int64, v citizen.Verification, way string, at time.Time) error
	// JournalProof journals an attempt.
	JournalProof(ctx context.Context, interaction int64, way, result string) error
	Bind(ctx context.Context, b citizen.Binding) (citizen.Bound, error)
}

type queues interface {
	// JoinQueue puts the citizen into a queue, once for each effect, unless the queue does not admit anybody now.
	JoinQueue(ctx context.Context, a contact.Arrival) (contact.Admission, error)
}

// Interaction is one contact of a citizen on one channel.
type Interaction struct {
	ID           int64
	Channel      dialogue.Channel
	Number       string // E.164, or "" when withheld
	CitizenID    int64
	Verification citizen.Verification
	Language     dialogue.Language
	Dialogue     string // the version with which it began; given when it is opened
}

// Entry is a line of an interaction's transcript.
type Entry struct {
	Interaction int64
	Speaker     string // Citizen, Okno, or "agent:7"
	Kind        string // said, wrote, keyed, did, note, disposition
	Body        string
	Node        string // of the dialogue, where it waits after this line; "" on any other
	MT          int64  // the message that an agent's line goes out as, or 0
}

// Speakers other than agents.
const (
	Citizen = "citizen"
	Okno    = "okno"
)

// Outcome is what an interaction came to. An operator's part in it, and a citizen's leaving a queue, are read from its contacts, and
// outweigh what its channel says.
type Outcome string

// The outcomes.
const (
	SelfService Outcome = "self_service" // ended without an operator
	Operator    Outcome = "operator"     // an operator served it
	Abandoned   Outcome = "abandoned"    // the citizen left while waiting
	Incomplete  Outcome = "incomplete"   // the citizen left a menu or a question, and had been told nothing
	Cancelled   Outcome = "cancelled"    // the citizen hung up before Okno had answered
	Lost        Outcome = "lost"         // the call broke off
	Dismissed   Outcome = "dismissed"    // a supervisor closed it as junk
)

package conversation

import (
	"context"
	"errors"
	"time"

	"okno/internal/announcement"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/recording"
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
	announcements
	recordings
	voiceMessages
	surveys
	threads
	LivePasscode(ctx context.Context, number string, now time.Time) (otp.Challenge, bool, error)
	EnqueueMT(ctx context.Context, m message.MT) error
}

type interactions interface {
	OpenInteraction(ctx context.Context, i Interaction) (int64, error)
	// OpenOn gives the open conversation of a number on a channel in writing.
	OpenOn(ctx context.Context, c dialogue.Channel, number string) (id int64, activeAt time.Time, found bool, err error)
	// EndInteraction closes it with an outcome, once; a second outcome is dropped.
	EndInteraction(ctx context.Context, id int64, outcome Outcome) error
	// AddEntries adds lines to the transcript, in this order.
	AddEntries(ctx context.Context, interaction int64, lines ...Entry) error
	LinkCase(ctx context.Context, interaction, caseID int64) error
}

type sessions interface {
	AddSession(ctx context.Context, interaction int64, s Session) error
	// LockSession gives the session, and keeps others from it until the transaction ends. ErrNoSession.
	LockSession(ctx context.Context, interaction int64) (Interaction, Session, error)
	SaveSession(ctx context.Context, interaction int64, s Session) error
	// SaveTurn is AddEntries and SaveSession at once.
	SaveTurn(ctx context.Context, interaction int64, s Session, lines ...Entry) error
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
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
	// CorrectCase moves a case whatever its state.
	CorrectCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
	// CaseGoingOn gives the case that goes on in the place of a duplicate, and any other case itself.
	CaseGoingOn(ctx context.Context, c cases.Case) (cases.Case, error)
	// CaseToRate gives the case of a citizen, or of a number alone, that ended last since a moment. cases.ErrUnknown.
	CaseToRate(ctx context.Context, citizen int64, number string, since time.Time) (cases.Case, error)
	RateCase(ctx context.Context, c cases.Case, rating int) error
	// PlaceOf gives the place in its queue that a case has. cases.ErrUnknown of one of which none was reported.
	PlaceOf(ctx context.Context, caseID int64, monthBegan time.Time) (cases.Place, error)
}

type announcements interface {
	// Announcements gives those that are on, the newest first.
	Announcements(ctx context.Context) ([]announcement.Announcement, error)
}

type recordings interface {
	// RecordingRule gives whether talks of a queue are recorded; Off of one that is none, and of an interaction whose citizen has answered.
	RecordingRule(ctx context.Context, interaction int64, queue string) (recording.Rule, error)
	// AllowRecording keeps whether the citizen of an interaction agrees to be recorded.
	AllowRecording(ctx context.Context, interaction int64, yes bool) error
	// CopyRecordingAnswer has the answer to that of another interaction count, if there is one.
	CopyRecordingAnswer(ctx context.Context, from, to int64) error
}

type surveys interface {
	// SurveyDue says whether the caller of an interaction is asked how the talk was that has just ended.
	SurveyDue(ctx context.Context, interaction int64) (bool, error)
	// MarkTalk keeps what the caller says, 1 to 5. It is false if none was asked about.
	MarkTalk(ctx context.Context, interaction int64, mark int) (kept bool, err error)
}

// voiceMessages are what a caller leaves by voice; a call has one at a time that is not sent.
type voiceMessages interface {
	// BeginMessage keeps that a message is about to be recorded, in the place of one before. drop: whoever hangs up leaves nothing. While one is
	// being recorded it goes on.
	BeginMessage(ctx context.Context, interaction int64, drop bool) error
	// RecordedMessage says whether there is a message that was not sent, and whether it is to be if its citizen hangs up.
	RecordedMessage(ctx context.Context, interaction int64) (there, send bool, err error)
	// SendMessage makes it a file of a case, DropMessage forgets it.
	SendMessage(ctx context.Context, interaction int64, number string) error
	DropMessage(ctx context.Context, interaction int64) error
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
	// An interaction that waits in the queue already keeps its contact.
	JoinQueue(ctx context.Context, a contact.Arrival) (contact.Admission, error)
	// PlaceIn gives the place that an interaction has in a queue, or one behind everybody if it waits in none. found is false where no queue
	// has the name.
	PlaceIn(ctx context.Context, interaction int64, queue string) (p contact.Place, found bool, err error)
	// Opens gives when a queue opens whose hours are over.
	Opens(ctx context.Context, queue string) (contact.Opening, error)
	// CallbacksOf lists the callbacks of a number whose citizen has not been reached yet.
	CallbacksOf(ctx context.Context, number string) ([]contact.Ref, error)
	// CallTimes gives the times from which the citizen of a callback may choose, in their zone, and the store's time.
	CallTimes(ctx context.Context, callback int64) (times []time.Time, now time.Time, err error)
	// PromiseCall has a callback that waits be due at a time. It is false of one that is offered already, or over.
	PromiseCall(ctx context.Context, callback int64, at time.Time) (bool, error)
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
	Speaker string // Citizen, Okno, or "agent:7"
	Kind    string // said, wrote, keyed, did, note, disposition
	Body    string
	Node    string // of the dialogue, where it waits after this line; "" on any other
	MT      int64  // the message that an agent's line goes out as, or 0
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
	Left        Outcome = "left"         // the citizen chose another way than to wait
	Incomplete  Outcome = "incomplete"   // the citizen left a menu or a question, and had been told nothing
	Cancelled   Outcome = "cancelled"    // the citizen hung up before Okno had answered
	Lost        Outcome = "lost"         // the call broke off
	Unreached   Outcome = "unreached"    // the citizen was to be called back, and did not answer
	CalledIn    Outcome = "called_in"    // the citizen was to be called back, and called
	Dismissed   Outcome = "dismissed"    // a supervisor closed it as junk
)

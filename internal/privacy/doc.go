// Package privacy is what a citizen may ask of us: all that is kept of the citizen, as one archive, and to be forgotten. It knows the form of
// the archive and of the list of erasures, which is kept outside the database so that a backup that is restored forgets again. It knows no
// storage.
package privacy

import (
	"errors"
	"time"

	"okno/internal/attachment"
	"okno/internal/fault"
)

// ErrLive says that the citizen is in a conversation at the moment: what is said in it is not known yet.
var ErrLive error = &fault.Error{Kind: fault.Conflict, Text: "the citizen is in a conversation at the moment: try again when it has ended"}

// ErrSeveral says that a national number is that of several citizens, because numbers of two kinds have the same digits.
var ErrSeveral error = &fault.Error{Kind: fault.Conflict, Text: "several citizens have these digits as numbers of different kinds: name one by id, as #7"}

// ErrNoList says that nowhere outside the database is named where erasures are kept.
var ErrNoList = errors.New("privacy.erasures is not set: without a list outside the database, a restored backup would bring the citizen back")

// Erasure is what is kept outside the database of a citizen who was forgotten. It says nothing of who that was.
type Erasure struct {
	At      time.Time `json:"at"`
	Citizen int64     `json:"citizen"`
	Since   time.Time `json:"since"` // when the citizen was registered: an id that was given anew after a restore is somebody else's
}

// Erased is what an erasure came to.
type Erased struct {
	Interactions, Cases, Messages int
	Waiting                       int // messages that wait to be sent, and could not be deleted yet
}

// Dossier is all that is kept of a citizen.
type Dossier struct {
	At           time.Time     `json:"at"`
	Citizen      Citizen       `json:"citizen"`
	Numbers      []Number      `json:"numbers"`
	Cases        []Case        `json:"cases"`
	Interactions []Interaction `json:"interactions"`
	Messages     []Message     `json:"messages"`
	Notices      []Notice      `json:"notices"`
	Passwords    []Password    `json:"passwords"`
	Journal      []Look        `json:"journal"`
}

// Citizen is who it is.
type Citizen struct {
	ID             int64     `json:"id"`
	NationalNumber string    `json:"national_number"`
	Name           string    `json:"name"`
	Language       string    `json:"language"`
	Since          time.Time `json:"since"`
}

// Number is a telephone number that is or was bound to the citizen.
type Number struct {
	Number         string     `json:"number"`
	Proof          string     `json:"proof"` // how it was proved: otp, operator, sms, import
	VerifiedAt     time.Time  `json:"verified_at"`
	EndedAt        *time.Time `json:"ended_at"`
	Language       string     `json:"language"`
	NoticesStopped *time.Time `json:"notices_stopped"`
}

// Case is a case with its moves.
type Case struct {
	ID       int64     `json:"-"`
	Number   string    `json:"number"`
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Contact  string    `json:"contact"`
	Subject  string    `json:"subject"`
	Body     string    `json:"body,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
	Moves    []Move    `json:"moves"`

	Attachments []Attachment `json:"attachments,omitempty"`
}

// Attachment is a file of a case, or the recording of a talk. Its content is in the archive, at its path.
type Attachment struct {
	Name string    `json:"name"`
	Type string    `json:"type"`
	Size int64     `json:"size"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Path string    `json:"path"`

	Stored attachment.Stored `json:"-"`
	Key    attachment.Key    `json:"-"`
}

// Move is a step of a case.
type Move struct {
	At   time.Time `json:"at"`
	To   string    `json:"to"`
	By   string    `json:"by"`
	Why  string    `json:"why"`
	Told string    `json:"told"`
}

// Interaction is a call or a thread, with what was said.
type Interaction struct {
	ID        int64      `json:"id"`
	Channel   string     `json:"channel"`
	Number    string     `json:"number"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Outcome   string     `json:"outcome"`
	Lines     []Line     `json:"lines"`

	Recordings  []Attachment `json:"recordings,omitempty"`  // of talks with operators
	Transcripts []Transcript `json:"transcripts,omitempty"` // of those that were written down
}

// Transcript is what was said in a talk that was recorded.
type Transcript struct {
	Recording int64    `json:"recording"`
	Lines     []Spoken `json:"lines"`
}

// Spoken is a line of it.
type Spoken struct {
	Begin      int64  `json:"begin"` // ms from the beginning of the recording
	Speaker    string `json:"speaker"`
	Text       string `json:"text"`
	Recognised string `json:"recognised,omitempty"` // as the engine wrote it, where somebody has corrected that
}

// Line is a line of a transcript.
type Line struct {
	At      time.Time `json:"at"`
	Speaker string    `json:"speaker"`
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
}

// Message is an SMS from or to the citizen. Its text stands in a transcript.
type Message struct {
	At          time.Time `json:"at"`
	Way         string    `json:"way"`         // from, to
	Interaction int64     `json:"interaction"` // whose transcript has the text; 0: none
	State       string    `json:"state"`       // of its first segment; of one from the citizen: why it was not handled, or ""
}

// Notice is a message that a client of the API has for the citizen, by itself or in a list. What was sent of it is among the messages.
type Notice struct {
	At      time.Time `json:"at"`
	Client  string    `json:"client"`
	State   string    `json:"state"`
	Failure string    `json:"failure,omitempty"`
	Text    string    `json:"text,omitempty"` // while it waits to be sent; then it is not kept
}

// Password is a one-time password that was asked for; the code is not kept.
type Password struct {
	At      time.Time `json:"at"`
	Client  string    `json:"client"`
	Purpose string    `json:"purpose"`
	State   string    `json:"state"`
}

// Look is an entry of the journal: what was done to the citizen's data, and by whom.
type Look struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
}

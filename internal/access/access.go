// Package access is the one policy: who may do what to which resource, and what must tie the two. It is pure. Everything is refused
// that the table of rights (rights.go) does not grant. Callers find out the tie; this package says what it is worth.
package access

import (
	"errors"
	"slices"
	"time"

	"okno/internal/fault"
)

// ErrOtherHands says that somebody else, or nobody, has the contact.
var ErrOtherHands = errors.New("the contact is in other hands")

// ErrReason says that the act needs a reason, which the journal keeps.
var ErrReason = errors.New("give a reason: it is recorded")

// ErrSecondFactor says that the act wants the subject's second factor, which was not given in this login.
var ErrSecondFactor = errors.New("give the code of your second factor first")

// Role is what an agent is to the contact centre.
type Role string

// The roles.
const (
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
	Administrator Role = "administrator"
	Auditor       Role = "auditor"
)

// Roles are all roles.
var Roles = []Role{Agent, Supervisor, Administrator, Auditor}

// Act is what somebody wants to do.
type Act string

// The acts.
const (
	SeeOffer          Act = "offer.see"      // that a contact waits: why, in which language and queue, not who
	AnswerOffer       Act = "offer.answer"   // accept or decline
	ViewContact       Act = "contact.view"   // the citizen, the timeline and the cases of a contact
	ListRecent        Act = "contact.recent" // the own contacts of the last day, masked
	ServeContact      Act = "contact.serve"  // reply, release, note, file
	RevealCitizen     Act = "citizen.reveal" // the whole national number, which is masked elsewhere
	Search            Act = "citizen.search" // masked; what is found is opened by a contact in hand
	VerifyCitizen     Act = "citizen.verify" // note that the agent has checked who speaks
	BindNumber        Act = "number.bind"    // bind a number to a citizen whom the agent has checked, or take one off
	ViewCase          Act = "case.view"      // subject, term and service of a case
	SeeCase           Act = "case.see"       // that a case exists, and its state: what anybody learns who knows its number
	OpenCase          Act = "case.open"
	PlaceCall         Act = "call.place"           // call the citizen of a contact or of a case, on a number that belongs to either
	ListAppointments  Act = "appointment.list"     // offices, free times, and who comes when by number of case: nothing of whose they are
	SettleAppointment Act = "appointment.settle"   // whether the citizen came
	ListCases         Act = "case.list"            // number, state, term and queue of cases: nothing of whose they are
	TakeCase          Act = "case.take"            // work on a case that nobody has
	AssignCase        Act = "case.assign"          // give a case to somebody, or to a queue
	MoveCase          Act = "case.move"            // and what the citizen is told of it
	NoteCase          Act = "case.note"            // for colleagues
	LinkCase          Act = "case.link"            // to another case, or close it as a duplicate of another
	SplitCase         Act = "case.split"           // open a case for a part of the matter
	AttachFile        Act = "case.attach"          // add a file to a case
	DetachFile        Act = "case.detach"          // remove a file of a case
	MergeOthers       Act = "case.merge_others"    // cases of two citizens, or of two agencies
	SuperviseCall     Act = "contact.supervise"    // listen to an agent's call, whisper, barge in, take it over
	WatchFloor        Act = "floor.watch"          // who is on duty, what each does, and what waits: nothing of the citizens
	DirectAgent       Act = "agent.direct"         // set the status of an agent in the agent's place
	MoveWaiting       Act = "contact.requeue"      // send what waits, or a thread, to another queue
	HearRecording     Act = "recording.hear"       // what was said in a talk
	ReadTranscript    Act = "transcript.read"      // what was said in a talk, as it was written down
	CorrectTranscript Act = "transcript.correct"   // a line of it; what the engine wrote stays beside it
	EditForms         Act = "evaluation_form.edit" // by which contacts are evaluated
	Evaluate          Act = "evaluation.write"     // say how well a contact was served, with its transcript beside
	ViewEvaluation    Act = "evaluation.view"
	ReplyToEvaluation Act = "evaluation.reply"
	DismissWaiting    Act = "queue.dismiss" // close as junk what waits in a queue
	WriteMemos        Act = "memo.write"    // to colleagues
	UseCanned         Act = "canned.use"    // replies that are written once and sent often
	EditCanned        Act = "canned.edit"
	Announce          Act = "announcement.switch" // what every caller hears first
	ViewLinks         Act = "link.view"
	OrderLinks        Act = "link.order"    // pause and resume the links to operators
	ViewPasswords     Act = "otp.view"      // what came of one-time passwords, in numbers
	ViewAgencies      Act = "agency.view"   // how agencies take what they are told, and when they reported last
	ReplayAgency      Act = "agency.replay" // try again what was given up
	KeepAgencyKeys    Act = "agency.keys"   // see how many secrets sign what an agency is told, give a new one, end the old one
	ViewReports       Act = "report.view"   // figures of the centre, which name no citizen
	ViewServices      Act = "service.view"
	ViewFindings      Act = "catalogue.view" // what of the catalogue is stale, what citizens ask in vain, and what a service said when
	EditCatalogue     Act = "catalogue.edit" // add, change and end services
	LiftHolds         Act = "otp.lift"       // let passwords go again that are held
	ReadJournal       Act = "journal.read"
	ViewLogins        Act = "login.view" // when, from where and with which browser an agent is logged in
	EndLogins         Act = "login.end"
	LockAgent         Act = "agent.lock"    // and unlock
	EditCalendars     Act = "calendar.edit" // see and change hours and holidays
	EditQueues        Act = "queue.edit"    // see and change the settings of queues, and the limits of pauses
	ManageClients     Act = "client.manage" // see the clients of the API, add one, give and end keys, keep one out
	ManageAgents      Act = "agent.manage"  // see all accounts, add one, change name, role, languages and queues, give a link to set a password
	EditDialogues     Act = "dialogue.edit" // see, check and try dialogues, publish one, and go back to an earlier one
)

// Tie is what ties a resource to the subject's work.
type Tie string

// The ties.
const (
	Untied   Tie = "untied"   // nothing
	Offered  Tie = "offered"  // a contact that is offered to the subject now
	Held     Tie = "held"     // a contact in the subject's hands, its wrap-up included; and the citizen whom it is with
	Theirs   Tie = "theirs"   // a case of the citizen whose contact the subject has in hand
	Assigned Tie = "assigned" // a case that the subject was given to work on
	AskedOf  Tie = "asked"    // a case of somebody else, about which that citizen asked
	Reason   Tie = "reason"   // nothing but a reason that the subject gives ("break glass")
	Own      Tie = "own"      // what is the subject's own: a login, a talk, an evaluated contact
)

// Ties are all ties.
var Ties = []Tie{Untied, Offered, Held, Theirs, Assigned, AskedOf, Reason, Own}

// Subject is who asks.
type Subject struct {
	Agent    int64
	Role     Role
	Enrolled bool // a second factor is set up
	Proof    Proof
}

// Strength is how surely a subject has shown who it is.
type Strength int

// The strengths.
const (
	Password     Strength = iota // the password alone
	SecondFactor                 // a code of the authenticator, or a recovery code, as well
)

// Proof is what a subject has shown in this login.
type Proof struct {
	Strength Strength
	At       time.Time // of the second factor; zero: it was not given. It counts as long as the login, which lives 12 h at most
}

// May is nil when a subject with the role may do the act to a resource with the tie. The error is of kind forbidden, and its text is
// safe to show.
func May(s Subject, act Act, tie Tie) error {
	ties, granted := rights[act][s.Role]
	switch {
	case slices.Contains(ties, tie) && s.Enrolled && guarded(act, tie) && s.Proof.Strength < SecondFactor:
		return refuse(ErrSecondFactor)
	case slices.Contains(ties, tie):
		return nil
	case granted && tie == Untied && slices.Contains(ties, Reason):
		return refuse(ErrReason)
	case granted && slices.Contains(ties, Held):
		return refuse(ErrOtherHands)
	case granted && slices.Contains(ties, Theirs):
		return refuse(errors.New("this case does not belong to the citizen of this contact"))
	}
	return refuse(errors.New("this is not allowed"))
}

func refuse(why error) error { return &fault.Error{Kind: fault.Forbidden, Text: why.Error(), Err: why} }

package agentdesk

import (
	"context"
	"encoding/json"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/announcement"
	"okno/internal/audit"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/desk"
	"okno/internal/exchange"
	"okno/internal/floor"
	"okno/internal/guess"
	"okno/internal/login"
	"okno/internal/message"
	"okno/internal/publication"
	"okno/internal/report"
	"okno/internal/search"
)

// Store keeps what desks show.
type Store interface {
	logins
	streams
	desks
	accounts
	links
	announcements
	passwordReports
	colleagues
	talkList
	wallStore
	cannedStore
	evaluationStore
	peopleStore
	queueStore
	catalogueStore
	clientStore
	dialogueStore
	caseViewStore
	lookingStore
	recentStore
	memoStore
}

type logins interface {
	// AgentByLogin gives an agent with what a password is checked against. acd.ErrNoAgent.
	AgentByLogin(ctx context.Context, name string) (acd.Agent, login.Credentials, error)
	// BeginGuess counts a login that is tried, on all nodes. *guess.SlowDown.
	BeginGuess(ctx context.Context, a guess.Attempt, now time.Time) ([]guess.Key, error)
	// EndGuess says what came of it.
	EndGuess(ctx context.Context, a guess.Attempt, keys []guess.Key, o guess.Outcome, subject string, now time.Time) error
	// AddLogin keeps a login, and tells the agent's pages.
	AddLogin(ctx context.Context, l login.New) error
	// AgentOfLogin gives whose login a token is, and notes a sign of life. acd.ErrNoAgent.
	AgentOfLogin(ctx context.Context, tokenHash []byte) (acd.Agent, error)
	// InvitedAgent gives whom a link invites. acd.ErrNoAgent.
	InvitedAgent(ctx context.Context, tokenHash []byte) (acd.Agent, error)
	// LoginsOf lists an agent's logins, the newest first.
	LoginsOf(ctx context.Context, agent int64, current []byte) ([]login.Login, error)
	factors
	passkeys
	identities
	openLogins
}

// openLogins are the logins of a node's pages, looked after all at once.
type openLogins interface {
	// EndedOf gives those of some logins that no longer count.
	EndedOf(ctx context.Context, tokenHashes [][]byte) ([][]byte, error)
	// TouchLogins notes a sign of life.
	TouchLogins(ctx context.Context, tokenHashes [][]byte) error
	// OverdueLogins gives logins that are past a limit and that nobody has ended yet.
	OverdueLogins(ctx context.Context, most int) ([][]byte, error)
	// HasLogin says whether an agent is logged in anywhere.
	HasLogin(ctx context.Context, agent int64) (bool, error)
}

type streams interface {
	StreamHeads(ctx context.Context, names []string) (map[string]int64, error)
	StreamEvents(ctx context.Context, stream string, after int64, limit int) ([]desk.Event, error)
}

type desks interface {
	report.Reader
	// Health gives how agencies do.
	Health(ctx context.Context) ([]exchange.Health, error)
	agencyStore
	// Worklist gives a page of what a filter lists for an agent.
	Worklist(ctx context.Context, f cases.Filter, agent int64, after cases.After, most int) ([]cases.Line, error)
	ConnectDesk(ctx context.Context, agent int64, lasting time.Duration, node string) error
	RenewDesks(ctx context.Context, agents []int64, pages []string, lasting time.Duration) (renewed []int64, err error)
	DisconnectDesk(ctx context.Context, agent int64, node string) error
	DeskSnapshot(ctx context.Context, agent int64) (desk.Snapshot, error)
	// ContactView gives what an agent sees of a contact, once may has nothing against it, and journals the look and its reason.
	ContactView(ctx context.Context, agent, contact int64, reason string, may func(contact.Contact) error) (desk.View, error)
	// Deliveries gives what became of the messages that a contact's view shows, once may has nothing against it.
	Deliveries(ctx context.Context, contact int64, may func(contact.Contact) error) (desk.Deliveries, error)
	// Search gives what an agent looks for, and journals that, and whom the agent found.
	Search(ctx context.Context, agent int64, q search.Query, p desk.Page) (desk.Found, error)
	// RevealCitizen gives the whole numbers of the citizen of a contact, once may has nothing against it, and journals the look and its reason.
	RevealCitizen(ctx context.Context, agent, contact int64, reason string, may func(contact.Contact) error) (desk.Citizen, error)
	// Journal lists what was done to a citizen's data, the newest first.
	Journal(ctx context.Context, citizen, before int64, limit int) ([]audit.Entry, error)
	// WholeJournal lists what was done, the newest first.
	WholeJournal(ctx context.Context, of audit.Search, limit int) ([]audit.Entry, error)
	QueueStands(ctx context.Context) ([]desk.Queue, error)
}

type accounts interface {
	// OpenAccount opens a SIP account with its secret for a time. call.ErrNoVoice.
	OpenAccount(ctx context.Context, a call.Account, lasting time.Duration) (call.Account, error)
	HasVoice(ctx context.Context) (bool, error)
}

// Work is what a command does in one transaction.
type Work interface {
	floor.Work
	commands
	// EnqueueMTs adds messages to their lanes, and gives their ids.
	EnqueueMTs(ctx context.Context, mts []message.MT) ([]int64, error)
	// SaveDraft keeps what an agent has written in a field of a contact; "" keeps nothing.
	SaveDraft(ctx context.Context, c contact.Contact, agent int64, field contact.Field, text string) error
	caseWork
	verifications
	visits
	// AgentOfCommand gives whose login a token is, as the unit of work finds both. acd.ErrNoAgent.
	AgentOfCommand(ctx context.Context, tokenHash []byte) (acd.Agent, error)
	// EndLogin gives whose login it was, and whether the agent has another. acd.ErrNoAgent.
	EndLogin(ctx context.Context, tokenHash []byte, by string) (agent int64, another bool, err error)
	CloseAccounts(ctx context.Context, agent int64) error
	people
	// OrderLink orders something of a link, on all nodes. message.ErrNoLink.
	SwitchOn(ctx context.Context, a announcement.Announcement, by string) (int64, error)
	EndAnnouncement(ctx context.Context, id int64, by string) error
	OrderLink(ctx context.Context, link string, order message.Order, by string) error
}

// people is what an owner or an administrator does to logins.
type people interface {
	// AgentID gives the id of the agent with a login. acd.ErrNoAgent.
	AgentID(ctx context.Context, name string) (int64, error)
	// LoginToken gives the hash of the token of an agent's login. login.ErrUnknown.
	LoginToken(ctx context.Context, agent int64, id string) ([]byte, error)
	// EndLogins ends all logins of an agent, and those that are being added.
	EndLogins(ctx context.Context, agent int64, by string) error
	// LockAgent locks an agent out, or lets one in again. Either ends all logins.
	LockAgent(ctx context.Context, agent int64, locked bool, by string) error
	accountWork
	queueWork
	calendarWork
	catalogue.Keeper
	clientWork
	agencyWork
	publication.Work
	cannedWork
	memoWork
	evaluationWork
	factorWork
	passkeyWork
	holdWork
	// ChangePassword ends all logins as well. login.ErrUnknown when the credentials are no longer those of the epoch.
	ChangePassword(ctx context.Context, agent, epoch int64, passwordHash string) error
	// TakeInvitation sets a password, once. acd.ErrNoAgent.
	TakeInvitation(ctx context.Context, tokenHash []byte, passwordHash string) error
}

type commands interface {
	// BeginCommand takes a command to be done; done says that it has been done, with its result.
	BeginCommand(ctx context.Context, agent int64, id string) (result json.RawMessage, done bool, err error)
	EndCommand(ctx context.Context, agent int64, id string, result json.RawMessage) error
}

type verifications interface {
	// SetVerification notes how sure one is of the citizen of an interaction, and gives who that is. citizen.ErrUnknown.
	SetVerification(ctx context.Context, interaction int64, v citizen.Verification) (id int64, err error)
	// VerificationOf gives whom an interaction is with, or 0, and how sure one is.
	VerificationOf(ctx context.Context, interaction int64) (whose int64, v citizen.Verification, err error)
	Unbind(ctx context.Context, whose int64, number, by string) (citizen.Reach, error)
}

type caseWork interface {
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
	// CaseToWork gives a case with whose it is to work on, and keeps others from it. cases.ErrUnknown.
	CaseToWork(ctx context.Context, number string) (cases.Assigned, error)
	AssignCase(ctx context.Context, c cases.Case, to cases.Assignment, by string) error
	// CaseMoves gives the history of a case, the oldest first.
	CaseMoves(ctx context.Context, id int64) ([]cases.Move, error)
	caseLinks
	caseNoteWork
	batchWork
	outgoingWork
	caseViewWork
	attachmentWork
	recordingWork
	transcriptWork
	// NoteTold keeps with the last move of a case what the citizen was told of it.
	NoteTold(ctx context.Context, c cases.Case, told cases.Told) error
	// CaseDeliveries gives what became of the messages by which the citizen was told of a case, by the ids of its moves.
	CaseDeliveries(ctx context.Context, id int64) (map[int64]message.Delivery, error)
	// Revive has up to so many deliveries of an agency that were given up tried again, and gives their ids.
	Revive(ctx context.Context, agency string, most int, by string) ([]int64, error)
	// JournalView journals that somebody looked at a case, and why.
	JournalView(ctx context.Context, c cases.Case, by, reason string) error
	// CaseTie says how a case is tied to whom an interaction is with.
	CaseTie(ctx context.Context, c cases.Case, interaction int64) (access.Tie, error)
}

type caseLinks interface {
	// CasesToLink gives two cases, and keeps others from both. cases.ErrUnknown.
	CasesToLink(ctx context.Context, number, other string) (c, otherCase cases.Assigned, err error)
	// LinkCases keeps that a case belongs to another. cases.ErrLinkItself, cases.ErrLinked.
	LinkCases(ctx context.Context, c, other cases.Case, kind cases.LinkKind, by, why string) error
	// UnlinkCases ends that cases are related. cases.ErrNotLinked.
	UnlinkCases(ctx context.Context, c, other cases.Case, by, why string) error
	// MergeCase closes a case as a duplicate of another, once nothing is against it.
	MergeCase(ctx context.Context, c, into cases.Case, by, why string) (cases.Case, error)
	// UnmergeCase takes a merge back. cases.ErrUndo.
	UnmergeCase(ctx context.Context, c, other cases.Case, by, why string) (cases.Case, error)
	// CaseGoingOn gives the case that goes on in the place of a duplicate, and any other case itself.
	CaseGoingOn(ctx context.Context, c cases.Case) (cases.Case, error)
	CaseLinks(ctx context.Context, id int64) ([]cases.Link, error)
}

// Units runs fn in one transaction and commits it if fn gives no error.
type Units func(ctx context.Context, fn func(Work) error) error

// Floor does what an agent wants of a contact. Each method but Depart is part of a unit of work.
type Floor interface {
	// Held gives a contact that the agent has, and keeps others from it.
	Held(ctx context.Context, w floor.Work, a acd.Agent, id int64) (contact.Contact, error)
	offers
	talks
	File(ctx context.Context, w floor.Work, a acd.Agent, id int64, disposition, note string) error
	Extend(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
	SetStatus(ctx context.Context, w floor.Work, a acd.Agent, s acd.Status, reason string, giveBack bool) error
	leading
	// Dismiss closes as junk the threads that wait in a queue since a time, and gives how many.
	Dismiss(ctx context.Context, a acd.Agent, queue string, since time.Time, why string) (int, error)
	// Depart gives back what an agent has who logs out.
	Depart(ctx context.Context, agent int64) error
}

// leading is what somebody who leads the floor does.
type leading interface {
	// Direct sets the status of an agent in the agent's place.
	Direct(ctx context.Context, w floor.Work, leader acd.Agent, agent int64, s acd.Status, reason string) error
	// Requeue sends what waits, or a thread, to another queue, or to one agent in its queue.
	Requeue(ctx context.Context, w floor.Work, leader acd.Agent, id int64, queue string, agent int64) error
	// PromiseTimes lists the times at which an agent may promise to call a citizen.
	PromiseTimes(ctx context.Context, w floor.Work, a acd.Agent, id int64) ([]time.Time, error)
	// PromiseCall opens a callback to the citizen of a contact in hand.
	PromiseCall(ctx context.Context, w floor.Work, a acd.Agent, id int64, at time.Time, own bool) error
}

type offers interface {
	// Place calls a citizen in the agent's name, about a case (0: none). by names another agent who calls or talks with the citizen now: then nothing
	// has changed.
	Place(ctx context.Context, w floor.Work, a acd.Agent, o conversation.OutgoingCall, about int64) (c contact.Contact, by string, err error)
	Accept(ctx context.Context, w floor.Work, a acd.Agent, id int64) (contact.Contact, error)
	Decline(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
	// Release ends the agent's part of a contact.
	Release(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
}

type talks interface {
	// Hold has the citizen hear music, or ends that.
	Hold(ctx context.Context, w floor.Work, a acd.Agent, id int64, hold bool) error
	// PauseRecording has the recording of a talk be silent for a while, or go on at once.
	PauseRecording(ctx context.Context, w floor.Work, a acd.Agent, id int64, pause bool) error
	// Keys sends keys to whoever the agent talks with.
	Keys(ctx context.Context, w floor.Work, a acd.Agent, id int64, keys string) error
	// Supervise brings a supervisor into a talk, Unsupervise takes one out of it, TakeOver leaves the citizen to one.
	Supervise(ctx context.Context, w floor.Work, s acd.Agent, id int64, mode call.Mode) error
	Unsupervise(ctx context.Context, w floor.Work, s acd.Agent, id int64) error
	TakeOver(ctx context.Context, w floor.Work, s acd.Agent, id int64) error
	// Rejoin rings the page of an agent who talks anew.
	Rejoin(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
	// Transfer passes the citizen on without a word, Consult asks somebody first.
	Transfer(ctx context.Context, w floor.Work, a acd.Agent, id int64, to floor.Target, note string) error
	Consult(ctx context.Context, w floor.Work, a acd.Agent, id int64, to floor.Target) error
	// Swap, Conference, Complete and Cancel are what becomes of a consultation.
	Swap(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
	Conference(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
	Complete(ctx context.Context, w floor.Work, a acd.Agent, id int64, note string) error
	Cancel(ctx context.Context, w floor.Work, a acd.Agent, id int64) error
}

package agentdesk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/announcement"
	"okno/internal/audit"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/desk"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/exchange"
	"okno/internal/floor"
	"okno/internal/guess"
	"okno/internal/login"
	"okno/internal/message"
	"okno/internal/password"
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
	DisconnectDesk(ctx context.Context, agent int64, node string) error
	DeskSnapshot(ctx context.Context, agent int64) (desk.Snapshot, error)
	// ContactView gives what an agent sees of a contact, once may has nothing against it, and journals the look and its reason.
	ContactView(ctx context.Context, agent, contact int64, reason string, may func(contact.Contact) error) (desk.View, error)
	// Deliveries gives what became of the messages that a contact's view shows, once may has nothing against it.
	Deliveries(ctx context.Context, contact int64, may func(contact.Contact) error) (desk.Deliveries, error)
	// Search gives what an agent looks for, and journals that, and whom the agent found.
	Search(ctx context.Context, agent int64, q search.Query, p desk.Page) (desk.Found, error)
	// RevealCitizen gives the whole numbers of the citizen of a contact, once may has nothing against it, and journals the look.
	RevealCitizen(ctx context.Context, agent, contact int64, may func(contact.Contact) error) (desk.Citizen, error)
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
	catalogue.Keeper
	clientWork
	agencyWork
	publication.Work
	cannedWork
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
	outgoingWork
	caseViewWork
	attachmentWork
	recordingWork
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

// Account is a SIP account for a browser, as it goes to the page.
type Account struct {
	User   string `json:"user"`
	Secret string `json:"secret"`
	URL    string `json:"url"` // of the WebSocket
}

// NewAccount opens a SIP account with a secret of its own. call.ErrNoVoice when no node serves calls.
func NewAccount(ctx context.Context, store accounts, a call.Account, lasting time.Duration) (Account, error) {
	a.Secret = rand.Text()
	opened, err := store.OpenAccount(ctx, a, lasting)
	return Account{User: opened.Name, Secret: opened.Secret, URL: opened.URL}, err
}

// Passwords hashes passwords, and says whether one is that which was hashed; an unreadable hash matches nothing, and takes as long.
type Passwords interface {
	Matches(ctx context.Context, hash, password string) (bool, error)
	Hash(ctx context.Context, password string) (string, error)
}

// Options are a desk's parts.
type Options struct {
	Store    Store
	Units    Units
	Floor    Floor
	Segments func(text string) int
	Replies  Replies // default: [DefaultReplies]
	// Reasons gives the texts behind a contact's reason, by language.
	Reasons func(key string) map[string]string
	// DialogueQueues lists the queues that the dialogue names; nil: none.
	DialogueQueues func() []string
	Hints          <-chan struct{} // that a stream has something new, or a queue
	Node           string
	Clock          func() time.Time // of logins that are guessed; default: time.Now
	Zone           *time.Location   // whose days reports count; default: UTC
	Page           http.Handler     // what /desk/ shows
	Hosts          edge.Hosts       // whose pages may open the socket
	// Passwords checks them within the process's budget. Default: one of its own.
	Passwords Passwords
	// Teller tells citizens of the steps of their cases; nil tells nobody.
	Teller *casework.Teller
	// Services finds services of the catalogue.
	Services Services
	// Offices are those that citizens visit, and Notices what they are told of that; nil: there is none.
	Offices Offices
	Notices Notices
	// Dialogues gives what citizens meet, and Vocabulary is what a changed one is checked by; nil: dialogues are not edited here.
	Dialogues  Dialogues
	Vocabulary *dialogue.Vocabulary
	// Writing is how a dialogue that is tried writes.
	Writing conversation.Writing
	// Registrar tells of numbers that are bound; nil tells nobody.
	Registrar *citizen.Registrar
	// Factor seals the secrets of second factors; nil: none can be set up here.
	Factor Factor
	// Passkeys holds ceremonies with security keys; nil: none can be set up here.
	Passkeys Passkeys
	// Attachments keeps files of cases; nil: none can be added here.
	Attachments Attachments
	// SSO logs people in at an identity provider; nil: nobody.
	SSO SSO
	// Outside are the telephones outside to which calls may be passed on.
	Outside []call.Destination
	// SecondFactor are the roles that set up a second factor before anything else.
	SecondFactor []access.Role
	Metrics      prometheus.Registerer
	Log          zerolog.Logger
}

// Desk serves operators.
type Desk struct {
	Options
	hub    *hub
	trying chan struct{} // has room for the tryouts that are held at once
}

// New takes the parts of a desk.
func New(o Options) *Desk {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Replies == (Replies{}) {
		o.Replies = DefaultReplies
	}
	if o.Passwords == nil {
		o.Passwords = password.NewBudget()
	}
	d := &Desk{Options: o, trying: make(chan struct{}, mostTryouts)}
	d.hub = newHub(o.Store, o.Hints, o.Log)
	d.hub.overdue, d.hub.departed = d.endOverdue, d.departed
	connections := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "okno_desk_connections", Help: "Desks that are connected to this node."},
		func() float64 { return float64(d.hub.size()) })
	if o.Metrics != nil {
		o.Metrics.MustRegister(connections)
	}
	return d
}

// Run serves the desks' sockets until ctx ends, and then asks them to connect elsewhere.
func (d *Desk) Run(ctx context.Context) error { return d.hub.run(ctx) }

// Register adds the desk's routes.
func (d *Desk) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST /desk/login", d.logIn)
	mux.HandleFunc("POST /desk/logout", d.logOut)
	mux.HandleFunc("GET /desk/ways", d.ways)
	mux.HandleFunc("POST /desk/login/key", d.logInOptions)
	mux.HandleFunc("GET /desk/passkeys", d.listPasskeys)
	mux.HandleFunc("POST /desk/passkeys/begin", d.beginPasskey)
	mux.HandleFunc("POST /desk/passkeys", d.addPasskey)
	mux.HandleFunc("POST /desk/passkeys/{id}/remove", d.removePasskey)
	mux.HandleFunc("POST /desk/factor/key", d.proveOptions)
	if d.SSO != nil {
		mux.HandleFunc("POST /desk/sso", d.beginSSO)
		mux.HandleFunc("GET "+callbackPath, d.finishSSO)
		mux.HandleFunc("POST /desk/sso/logout", d.loggedOutAtProvider)
	}
	mux.HandleFunc("GET /desk/me", d.me)
	mux.HandleFunc("GET /desk/contacts/{id}", d.view)
	mux.HandleFunc("POST /desk/contacts/{id}/view", d.breakGlass)
	mux.HandleFunc("POST /desk/contacts/{id}/reveal", d.reveal)
	mux.HandleFunc("PUT /desk/contacts/{id}/drafts/{field}", d.draft)
	mux.HandleFunc("GET /desk/contacts/{id}/deliveries", d.deliveries)
	mux.HandleFunc("GET /desk/contacts/{id}/numbers", d.numbersOfContact)
	mux.HandleFunc("GET /desk/contacts/{id}/call-times", d.promiseTimes)
	mux.HandleFunc("GET /desk/citizens/{id}/journal", d.journal)
	mux.HandleFunc("GET /desk/recordings/{id}", d.hear)
	mux.HandleFunc("GET /desk/search", d.search)
	mux.HandleFunc("GET /desk/destinations", d.destinations)
	mux.HandleFunc("GET /desk/talks", d.listTalks)
	mux.HandleFunc("GET /desk/wall", d.wall)
	mux.HandleFunc("GET /desk/wall/day", d.wallDay)
	mux.HandleFunc("POST /desk/queues/{queue}/dismiss", d.dismiss)
	mux.HandleFunc("GET /desk/announcements", d.announced)
	mux.HandleFunc("GET /desk/canned", d.cannedReplies)
	mux.HandleFunc("GET /desk/evaluation-forms", d.evaluationForms)
	mux.HandleFunc("POST /desk/evaluation-forms/{form}", d.saveEvaluationForm)
	mux.HandleFunc("POST /desk/evaluation-forms/{form}/end", d.endEvaluationForm)
	mux.HandleFunc("GET /desk/evaluations", d.latestEvaluations)
	mux.HandleFunc("GET /desk/evaluations/own", d.ownEvaluations)
	mux.HandleFunc("GET /desk/evaluations/next", d.nextToEvaluate)
	mux.HandleFunc("GET /desk/contacts/{id}/evaluation", d.viewEvaluation)
	mux.HandleFunc("POST /desk/contacts/{id}/evaluation", d.evaluate)
	mux.HandleFunc("POST /desk/contacts/{id}/evaluation/reply", d.replyToEvaluation)
	mux.HandleFunc("GET /desk/sms", d.sms)
	mux.HandleFunc("GET /desk/otp", d.passwords)
	mux.HandleFunc("GET /desk/services", d.services)
	mux.HandleFunc("GET /desk/agencies", d.agencies)
	mux.HandleFunc("POST /desk/agencies/{agency}/replay", d.replayAgency)
	mux.HandleFunc("GET /desk/agencies/{agency}/dead", d.deadLetters)
	mux.HandleFunc("POST /desk/agencies/{agency}/dead/{delivery}/replay", d.replayDelivery)
	mux.HandleFunc("GET /desk/agencies/{agency}/keys", d.agencyKeys)
	mux.HandleFunc("POST /desk/agencies/{agency}/keys/rotate", d.rotateAgencyKey)
	mux.HandleFunc("POST /desk/agencies/{agency}/keys/revoke", d.revokeAgencyKey)
	mux.HandleFunc("GET /desk/staffing", d.staffing)
	mux.HandleFunc("GET /desk/reports", d.reports)
	mux.HandleFunc("GET /desk/reports/{report}", d.report)
	mux.HandleFunc("GET /desk/reports/{report}/csv", d.reportCSV)
	mux.HandleFunc("GET /desk/cases", d.worklist)
	mux.HandleFunc("GET /desk/case-views", d.caseViews)
	mux.HandleFunc("POST /desk/case-views", d.saveCaseView)
	mux.HandleFunc("POST /desk/case-views/{name}/remove", d.removeCaseView)
	mux.HandleFunc("GET /desk/assignees", d.assignees)
	mux.HandleFunc("GET /desk/cases/{number}", d.viewCase)
	mux.HandleFunc("GET /desk/cases/{number}/numbers", d.numbersOfCase)
	mux.HandleFunc("GET /desk/cases/{number}/deliveries", d.caseDeliveries)
	mux.HandleFunc("POST /desk/cases/{number}/take", d.takeCase)
	mux.HandleFunc("POST /desk/cases/{number}/assign", d.assignCase)
	mux.HandleFunc("POST /desk/cases/{number}/move", d.moveAssigned)
	mux.HandleFunc("GET /desk/offices", d.offices)
	mux.HandleFunc("GET /desk/offices/{office}/slots", d.freeSlots)
	mux.HandleFunc("GET /desk/offices/{office}/appointments", d.dayOfOffice)
	mux.HandleFunc("POST /desk/appointments/{id}", d.settleAppointment)
	mux.HandleFunc("POST /desk/cases/{number}/attachments", d.attach)
	mux.HandleFunc("GET /desk/cases/{number}/attachments/{id}", d.download)
	mux.HandleFunc("POST /desk/cases/{number}/attachments/{id}/remove", d.detach)
	mux.HandleFunc("POST /desk/cases/{number}/link", d.linkCase)
	mux.HandleFunc("POST /desk/cases/{number}/unlink", d.unlinkCase)
	mux.HandleFunc("POST /desk/cases/{number}/merge", d.mergeCase)
	mux.HandleFunc("POST /desk/cases/{number}/unmerge", d.unmergeCase)
	mux.HandleFunc("POST /desk/cases/{number}/split", d.splitCase)
	mux.HandleFunc("GET /desk/catalogue", d.findings)
	mux.HandleFunc("GET /desk/catalogue/{code}", d.edition)
	mux.HandleFunc("GET /desk/catalogue/{code}/history", d.editions)
	mux.HandleFunc("GET /desk/catalogue/{code}/difference", d.difference)
	mux.HandleFunc("GET /desk/catalogue-choices", d.catalogueChoices)
	mux.HandleFunc("POST /desk/catalogue/{code}", d.saveService)
	mux.HandleFunc("POST /desk/catalogue/{code}/check", d.checkService)
	mux.HandleFunc("POST /desk/catalogue/{code}/reviewed", d.reviewedService)
	mux.HandleFunc("POST /desk/otp/lift", d.liftHold)
	mux.HandleFunc("POST /desk/factor", d.beginFactor)
	mux.HandleFunc("POST /desk/factor/confirm", d.confirmFactor)
	mux.HandleFunc("POST /desk/factor/prove", d.proveFactor)
	mux.HandleFunc("POST /desk/password", d.changePassword)
	mux.HandleFunc("POST /desk/invitation", d.takeInvitation)
	mux.HandleFunc("GET /desk/logins", d.ownLogins)
	mux.HandleFunc("POST /desk/logins/{id}/end", d.endOwnLogin)
	mux.HandleFunc("GET /desk/agents/{login}/logins", d.loginsOf)
	mux.HandleFunc("POST /desk/agents/{login}/logins/{id}/end", d.endLoginOf)
	mux.HandleFunc("POST /desk/agents/{login}/logout", d.endLoginsOf)
	mux.HandleFunc("GET /desk/agents", d.people)
	mux.HandleFunc("POST /desk/agents", d.addAgent)
	mux.HandleFunc("POST /desk/agents/{login}", d.changeAgent)
	mux.HandleFunc("POST /desk/agents/{login}/invite", d.invite)
	mux.HandleFunc("POST /desk/agents/{login}/abilities", d.changeAbilities)
	mux.HandleFunc("GET /desk/queue-settings", d.queueSettings)
	mux.HandleFunc("POST /desk/queue-settings/{queue}", d.changeQueue)
	mux.HandleFunc("POST /desk/queue-settings/{queue}/remove", d.removeQueue)
	mux.HandleFunc("POST /desk/pause-limits", d.changePauseLimits)
	mux.HandleFunc("GET /desk/clients", d.clients)
	mux.HandleFunc("POST /desk/clients", d.addClient)
	mux.HandleFunc("POST /desk/clients/{client}/keys", d.addClientKey)
	mux.HandleFunc("POST /desk/clients/{client}/keys/{key}/revoke", d.revokeClientKey)
	mux.HandleFunc("POST /desk/clients/{client}/suspend", d.suspendClient(true))
	mux.HandleFunc("POST /desk/clients/{client}/resume", d.suspendClient(false))
	mux.HandleFunc("GET /desk/clients/{client}/webhook", d.clientWebhook)
	mux.HandleFunc("POST /desk/clients/{client}/webhook/{delivery}/replay", d.replayClientWebhook)
	if d.Dialogues != nil {
		mux.HandleFunc("GET /desk/dialogue", d.publications)
		mux.HandleFunc("GET /desk/dialogue/versions/{version}", d.dialogueFiles)
		mux.HandleFunc("POST /desk/dialogue/check", d.checkDialogue)
		mux.HandleFunc("POST /desk/dialogue/try", d.tryDialogue)
		mux.HandleFunc("POST /desk/dialogue/publish", d.publishDialogue)
		mux.HandleFunc("POST /desk/dialogue/rollback", d.rollBackDialogue)
	}
	mux.HandleFunc("GET /desk/journal", d.wholeJournal)
	mux.HandleFunc("POST /desk/agents/{login}/lock", d.lock(true))
	mux.HandleFunc("POST /desk/agents/{login}/unlock", d.lock(false))
	mux.HandleFunc("GET /desk/ws", d.socket)
	mux.Handle("GET /desk/", http.StripPrefix("/desk/", d.Page))
	mux.Handle("GET /{$}", http.RedirectHandler("/desk/", http.StatusFound))
}

package access

import (
	"fmt"
	"strings"
)

// rights is the table: for each act the roles that may do it, with the ties of which one is needed. What is not here is refused.
// An administrator serves citizens like any agent, and sees no more of them; an auditor sees what was done, and no citizen.
var rights = map[Act]map[Role][]Tie{
	SeeOffer:          serving(Offered, Held),
	AnswerOffer:       serving(Offered),
	ViewContact:       {Agent: {Held}, Supervisor: {Held, Reason}, Administrator: {Held}},
	ListRecent:        serving(Untied),
	ServeContact:      serving(Held),
	RevealCitizen:     serving(Held),
	Search:            serving(Untied),
	VerifyCitizen:     serving(Held),
	BindNumber:        serving(Held),
	ViewCase:          {Agent: {Theirs, Assigned}, Supervisor: {Theirs, Assigned, Reason}, Administrator: {Theirs, Assigned}},
	ListCases:         serving(Untied),
	ListAppointments:  serving(Untied),
	SettleAppointment: serving(Untied),
	TakeCase:          serving(Untied),
	AssignCase:        {Supervisor: {Untied}, Administrator: {Untied}},
	SeeCase:           serving(Theirs, AskedOf),
	OpenCase:          serving(Held),
	PlaceCall:         serving(Held, Assigned),
	MoveCase:          serving(Theirs, Assigned),
	NoteCase:          serving(Assigned),
	LinkCase:          {Agent: {Assigned}, Supervisor: {Assigned, Untied}, Administrator: {Assigned, Untied}},
	SplitCase:         serving(Assigned),
	AttachFile:        serving(Assigned),
	DetachFile:        serving(Assigned),
	MergeOthers:       {Supervisor: {Untied}, Administrator: {Untied}},
	SuperviseCall:     {Supervisor: {Untied}, Administrator: {Untied}},
	WatchFloor:        {Supervisor: {Untied}, Administrator: {Untied}},
	DirectAgent:       {Supervisor: {Untied}, Administrator: {Untied}},
	MoveWaiting:       {Supervisor: {Untied}, Administrator: {Untied}},
	HearRecording:     {Agent: {Own}, Supervisor: {Own, Untied}, Administrator: {Own}},
	ReadTranscript:    {Agent: {Own}, Supervisor: {Own, Untied}, Administrator: {Own}},
	CorrectTranscript: {Agent: {Own}, Supervisor: {Own, Untied}, Administrator: {Own}},
	EditForms:         {Supervisor: {Untied}, Administrator: {Untied}},
	Evaluate:          {Supervisor: {Untied}},
	ViewEvaluation:    {Agent: {Own}, Supervisor: {Own, Untied}, Administrator: {Own}},
	ReplyToEvaluation: serving(Own),
	DismissWaiting:    {Supervisor: {Reason}, Administrator: {Reason}},
	WriteMemos:        serving(Untied),
	UseCanned:         serving(Untied),
	EditCanned:        {Supervisor: {Untied}, Administrator: {Untied}},
	Announce:          {Supervisor: Ties, Administrator: Ties},
	ViewLinks:         {Supervisor: Ties, Administrator: Ties},
	OrderLinks:        {Supervisor: Ties, Administrator: Ties},
	ViewPasswords:     {Supervisor: Ties, Administrator: Ties},
	ViewAgencies:      {Supervisor: Ties, Administrator: Ties},
	ReplayAgency:      {Supervisor: Ties, Administrator: Ties},
	KeepAgencyKeys:    {Administrator: {Untied}},
	ViewReports:       {Supervisor: Ties, Administrator: Ties},
	ViewServices:      serving(Untied),
	ViewFindings:      {Supervisor: Ties, Administrator: Ties},
	EditCatalogue:     {Administrator: {Untied}},
	LiftHolds:         {Supervisor: Ties, Administrator: Ties},
	ReadJournal:       {Auditor: Ties, Administrator: Ties},
	ViewLogins:        {Agent: {Own}, Supervisor: {Own}, Administrator: {Own, Untied}, Auditor: {Own}},
	EndLogins:         {Agent: {Own}, Supervisor: {Own}, Administrator: {Own, Untied}, Auditor: {Own}},
	LockAgent:         {Administrator: {Untied}},
	EditQueues:        {Administrator: {Untied}},
	EditCalendars:     {Administrator: {Untied}},
	ManageClients:     {Administrator: {Untied}},
	EditDialogues:     {Administrator: {Untied}},
	ManageAgents:      {Administrator: {Untied}},
}

// guarded are the acts, and the ties, that want the second factor of whoever has one set up.
func guarded(act Act, tie Tie) bool {
	switch act {
	case Evaluate, SuperviseCall, DirectAgent, MoveWaiting, DismissWaiting, OrderLinks, LiftHolds, LockAgent, ManageAgents, EditQueues, EditCalendars, EditCatalogue, ManageClients, KeepAgencyKeys, EditDialogues, ReplayAgency:
		return true
	case ViewContact, ViewCase:
		return tie == Reason
	case EndLogins, HearRecording, ReadTranscript, CorrectTranscript, ViewEvaluation:
		return tie != Own
	}
	return false
}

// serving grants an act to everybody who serves citizens.
func serving(ties ...Tie) map[Role][]Tie {
	return map[Role][]Tie{Agent: ties, Supervisor: ties, Administrator: ties}
}

// acts are the acts in the order of the table.
var acts = []Act{SeeOffer, AnswerOffer, ViewContact, ListRecent, ServeContact, RevealCitizen, Search, VerifyCitizen, BindNumber, ViewCase, SeeCase, OpenCase, PlaceCall, ListCases, TakeCase, AssignCase, MoveCase, NoteCase, LinkCase, SplitCase, AttachFile, DetachFile, MergeOthers, ListAppointments, SettleAppointment, SuperviseCall, HearRecording, ReadTranscript, CorrectTranscript, EditForms, Evaluate, ViewEvaluation, ReplyToEvaluation, WatchFloor, DirectAgent, MoveWaiting, DismissWaiting,
	WriteMemos, UseCanned, EditCanned, Announce, ViewLinks, OrderLinks, ViewPasswords, LiftHolds, ViewAgencies, ReplayAgency, KeepAgencyKeys, ViewReports, ViewServices, ViewFindings, EditCatalogue, ReadJournal, ViewLogins, EndLogins, LockAgent, ManageAgents, ManageClients, EditQueues, EditCalendars, EditDialogues}

// Table prints the rights as a Markdown table: a row for each act, a column for each role, in a cell the ties of which one is needed.
func Table() string {
	var b strings.Builder
	b.WriteString("| act |")
	for _, r := range Roles {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(Roles)+1) + "\n")
	for _, act := range acts {
		fmt.Fprintf(&b, "| `%s` |", act)
		for _, r := range Roles {
			fmt.Fprintf(&b, " %s |", cell(rights[act][r]))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func cell(ties []Tie) string {
	switch {
	case len(ties) == 0:
		return "no"
	case len(ties) == len(Ties):
		return "yes"
	}
	names := make([]string, len(ties))
	for i, t := range ties {
		names[i] = string(t)
	}
	return strings.Join(names, " or ")
}

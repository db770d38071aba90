package access_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/fault"
)

// granted is the whole policy, said a second time: each act, each role and each tie is asked, and only what stands here is granted.
var granted = map[access.Act]map[access.Role]string{
	access.SeeOffer:          {access.Agent: "offered held", access.Supervisor: "offered held", access.Administrator: "offered held"},
	access.AnswerOffer:       {access.Agent: "offered", access.Supervisor: "offered", access.Administrator: "offered"},
	access.ViewContact:       {access.Agent: "held", access.Supervisor: "held reason", access.Administrator: "held"},
	access.ServeContact:      {access.Agent: "held", access.Supervisor: "held", access.Administrator: "held"},
	access.ListRecent:        {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.RevealCitizen:     {access.Agent: "held", access.Supervisor: "held", access.Administrator: "held"},
	access.VerifyCitizen:     {access.Agent: "held", access.Supervisor: "held", access.Administrator: "held"},
	access.BindNumber:        {access.Agent: "held", access.Supervisor: "held", access.Administrator: "held"},
	access.ViewCase:          {access.Agent: "theirs assigned", access.Supervisor: "theirs assigned reason", access.Administrator: "theirs assigned"},
	access.ListAppointments:  {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.SettleAppointment: {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.ListCases:         {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.TakeCase:          {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.AssignCase:        {access.Supervisor: "untied", access.Administrator: "untied"},
	access.SeeCase:           {access.Agent: "theirs asked", access.Supervisor: "theirs asked", access.Administrator: "theirs asked"},
	access.OpenCase:          {access.Agent: "held", access.Supervisor: "held", access.Administrator: "held"},
	access.PlaceCall:         {access.Agent: "held assigned", access.Supervisor: "held assigned", access.Administrator: "held assigned"},
	access.MoveCase:          {access.Agent: "theirs assigned", access.Supervisor: "theirs assigned", access.Administrator: "theirs assigned"},
	access.NoteCase:          {access.Agent: "assigned", access.Supervisor: "assigned", access.Administrator: "assigned"},
	access.LinkCase:          {access.Agent: "assigned", access.Supervisor: "assigned untied", access.Administrator: "assigned untied"},
	access.SplitCase:         {access.Agent: "assigned", access.Supervisor: "assigned", access.Administrator: "assigned"},
	access.AttachFile:        {access.Agent: "assigned", access.Supervisor: "assigned", access.Administrator: "assigned"},
	access.DetachFile:        {access.Agent: "assigned", access.Supervisor: "assigned", access.Administrator: "assigned"},
	access.MergeOthers:       {access.Supervisor: "untied", access.Administrator: "untied"},
	access.SuperviseCall:     {access.Supervisor: "untied", access.Administrator: "untied"},
	access.WatchFloor:        {access.Supervisor: "untied", access.Administrator: "untied"},
	access.DirectAgent:       {access.Supervisor: "untied", access.Administrator: "untied"},
	access.MoveWaiting:       {access.Supervisor: "untied", access.Administrator: "untied"},
	access.HearRecording:     {access.Agent: "own", access.Supervisor: "own untied", access.Administrator: "own"},
	access.ReadTranscript:    {access.Agent: "own", access.Supervisor: "own untied", access.Administrator: "own"},
	access.CorrectTranscript: {access.Agent: "own", access.Supervisor: "own untied", access.Administrator: "own"},
	access.EditForms:         {access.Supervisor: "untied", access.Administrator: "untied"},
	access.Evaluate:          {access.Supervisor: "untied"},
	access.ViewEvaluation:    {access.Agent: "own", access.Supervisor: "own untied", access.Administrator: "own"},
	access.ReplyToEvaluation: {access.Agent: "own", access.Supervisor: "own", access.Administrator: "own"},
	access.DismissWaiting:    {access.Supervisor: "reason", access.Administrator: "reason"},
	access.WriteMemos:        {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.UseCanned:         {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.EditCanned:        {access.Supervisor: "untied", access.Administrator: "untied"},
	access.Announce:          {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ViewLinks:         {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.OrderLinks:        {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ViewPasswords:     {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ViewAgencies:      {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ReplayAgency:      {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ViewServices:      {access.Agent: "untied", access.Supervisor: "untied", access.Administrator: "untied"},
	access.ViewFindings:      {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.KeepAgencyKeys:    {access.Administrator: "untied"},
	access.EditCatalogue:     {access.Administrator: "untied"},
	access.LiftHolds:         {access.Supervisor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ReadJournal:       {access.Auditor: "untied offered held theirs assigned asked reason own", access.Administrator: "untied offered held theirs assigned asked reason own"},
	access.ViewLogins:        {access.Agent: "own", access.Supervisor: "own", access.Administrator: "own untied", access.Auditor: "own"},
	access.EndLogins:         {access.Agent: "own", access.Supervisor: "own", access.Administrator: "own untied", access.Auditor: "own"},
	access.LockAgent:         {access.Administrator: "untied"},
	access.EditQueues:        {access.Administrator: "untied"},
	access.EditCalendars:     {access.Administrator: "untied"},
	access.ManageClients:     {access.Administrator: "untied"},
	access.EditDialogues:     {access.Administrator: "untied"},
	access.ManageAgents:      {access.Administrator: "untied"},
	"unheard of":             {},
}

func TestEachCellOfTheRights(t *testing.T) {
	t.Parallel()
	for act, roles := range granted {
		for _, role := range append(access.Roles, "", "citizen") {
			for _, tie := range append(access.Ties, "") {
				err := access.May(access.Subject{Agent: 7, Role: role}, act, tie)
				may := tie != "" && strings.Contains(" "+roles[role]+" ", " "+string(tie)+" ")
				require.Equal(t, may, err == nil, "%s: %s, %s", act, role, tie)
				if err != nil {
					require.Equal(t, fault.Forbidden, fault.KindOf(err))
				}
			}
		}
	}
}

// Whoever has a second factor set up gives it for what reaches beyond the own work, and for nothing else.
func TestWhatWantsTheSecondFactor(t *testing.T) {
	t.Parallel()
	wanted := map[string]bool{"recording.hear untied": true, "transcript.read untied": true, "transcript.correct untied": true, "evaluation.write untied": true, "evaluation.view untied": true, "queue.dismiss reason": true, "contact.supervise untied": true, "agent.direct untied": true, "contact.requeue untied": true, "contact.view reason": true, "case.view reason": true, "agent.lock untied": true, "agent.manage untied": true, "queue.edit untied": true, "calendar.edit untied": true, "catalogue.edit untied": true, "client.manage untied": true, "agency.keys untied": true, "dialogue.edit untied": true, "login.end untied": true}
	for _, tie := range access.Ties {
		wanted["link.order "+string(tie)] = true
		wanted["otp.lift "+string(tie)] = true
		wanted["agency.replay "+string(tie)] = true
	}
	for act, roles := range granted {
		for role, ties := range roles {
			for _, tie := range strings.Fields(ties) {
				s := access.Subject{Agent: 7, Role: role}
				require.NoError(t, access.May(s, act, access.Tie(tie)), "without a second factor")
				s.Enrolled = true
				err := access.May(s, act, access.Tie(tie))
				require.Equal(t, wanted[string(act)+" "+tie], errors.Is(err, access.ErrSecondFactor), "%s: %s, %s", act, role, tie)
				s.Proof = access.Proof{Strength: access.SecondFactor, At: time.Now()}
				require.NoError(t, access.May(s, act, access.Tie(tie)))
			}
		}
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, access.May(access.Subject{Role: access.Supervisor}, access.ViewContact, access.Untied), access.ErrReason)
	require.ErrorIs(t, access.May(access.Subject{Role: access.Agent}, access.ViewContact, access.Untied), access.ErrOtherHands)
}

// The table of docs/security.md is the one that is in force.
func TestTheDocumentHasTheTable(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/security.md")
	require.NoError(t, err)
	require.Contains(t, string(document), access.Table(), "put this table into docs/security.md:\n%s", access.Table())
}

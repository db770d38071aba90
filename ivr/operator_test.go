package ivr_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/ivr/ivrtest"
)

// connects waits until an operator's phone is in the room with the citizen: what is said into a phone that has only just answered, nobody
// hears.
func (w *world) connects(t *testing.T, id int64, phone string) *ivrtest.Phone {
	t.Helper()
	operator := w.phones.Rings(t, phone, 10*time.Second)
	w.comes(t, id, contact.Connected)
	return operator
}

// requireTalk has each say something that the other hears.
func (w *world) requireTalk(t *testing.T, citizen, operator *ivrtest.Phone) {
	t.Helper()
	citizen.HearsSay(t, operator, w.recorded("vm-nobodyavail"))
	operator.HearsSay(t, citizen, w.recorded("agent-pass"))
}

func TestCitizenAndOperatorHearEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000011")
	w.only(t, call.Talking)
	w.requireTalk(t, citizen, operator)
	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.comes(t, id, contact.WrapUp)
	w.ends(t)
}

func TestOperatorReleasesAndCitizenHangsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000012")
	w.releases(t, 0, id)
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State, "the desk need not wait for the telephone")
	operator.Ends(t, 5*time.Second)
	citizen.Ends(t, 15*time.Second)
	w.ends(t)

	citizen, interaction, id := w.queued(t, "+77010000012")
	w.accepted(t, 1, id)
	operator = w.connects(t, id, "1002")
	citizen.HangUp(t)
	operator.Ends(t, 5*time.Second)
	w.ends(t)
	require.Contains(t, w.inputs(t, interaction), "hangup")
	w.comes(t, id, contact.WrapUp)
}

func TestCitizenWaitsOnWhenAnOperatorIsNotToBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, id := w.queued(t, "+77010000013")
	w.sitAt(t, 0, "busy")
	w.accepted(t, 0, id)
	w.comes(t, id, contact.Waiting)
	require.Eventually(t, func() bool {
		a, err := w.DB.Agent(t.Context(), w.Agents[0].ID)
		return err == nil && a.Status == acd.Paused && a.StatusReason == acd.NotResponding
	}, 5*time.Second, 20*time.Millisecond)

	// An operator who thinks better of it: the phone stops ringing, and nobody is to blame.
	w.sitAt(t, 0, "silent")
	w.accepted(t, 0, id)
	w.comes(t, id, contact.Ringing)
	w.releases(t, 0, id)
	require.Equal(t, contact.Waiting, w.Contact(t, id).State)
	w.only(t, call.Waiting)
	require.Eventually(t, func() bool { return len(w.only(t, call.Waiting).Legs) == 1 }, 5*time.Second, 20*time.Millisecond, "the phone rings on")
	a, err := w.DB.Agent(t.Context(), w.Agents[0].ID)
	require.NoError(t, err)
	require.Equal(t, acd.Available, a.Status)

	music := citizen.Heard().Length()
	require.Eventually(t, func() bool { return citizen.Heard().Length() > music+time.Second }, 5*time.Second, 100*time.Millisecond,
		"no music while waiting")
	w.accepted(t, 1, id)
	w.requireTalk(t, citizen, w.connects(t, id, "1002"))
	citizen.HangUp(t)
	w.ends(t)
}

func TestOperatorWhoIsLostGivesTheCitizenBackToTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, _, id := w.talks(t, "+77010000014")
	after := citizen.Heard().Length()
	request, err := http.NewRequest(http.MethodDelete, w.asterisk.ARI()+"/channels/"+w.agentLeg(t, call.Talking)+"?reason_code=41", nil) // temporary failure
	require.NoError(t, err)
	request.SetBasicAuth("okno", "secret")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	w.hears(t, citizen, "queue", "", after)
	w.comes(t, id, contact.Waiting)
	w.accepted(t, 1, id)
	w.requireTalk(t, citizen, w.connects(t, id, "1002"))
	citizen.HangUp(t)
	w.ends(t)
}

func TestACitizenForWhomNobodyComesIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, id := w.queued(t, "+77010000015")
	after := citizen.Heard().Length()
	w.Dispatch(t)
	if c := w.Contact(t, id); c.State == contact.Offered { // given back, for the test
		require.NoError(t, w.Floor.Depart(t.Context(), c.AgentID))
	}
	require.NoError(t, w.Floor.GiveUp(t.Context(), w.ACD, id))
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.ends(t)
	require.Equal(t, contact.Nobody, w.Contact(t, id).Outcome)
}

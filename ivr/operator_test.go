package ivr_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/ivr"
	"okno/ivr/ivrtest"
)

// endpoint is an operator's phone on the other Asterisk.
func (w *world) endpoint(extension string) string {
	return "PJSIP/loopback/sip:" + extension + "@" + w.phones.SIP()
}

// queued is a citizen who waits for an operator.
func (w *world) queued(t *testing.T, number string) (*ivrtest.Phone, int64) {
	t.Helper()
	phone := w.phones.Call(t, number, "1414")
	phone.Key(t, "2")
	w.hears(t, phone, "queue", "", 0)
	return phone, w.only(t, call.Waiting).Interaction
}

// requireTalk has both say something that the other hears.
func (w *world) requireTalk(t *testing.T, citizen, operator *ivrtest.Phone) {
	t.Helper()
	after := citizen.Heard().Length()
	operator.Speak(t, w.recorded("vm-nobodyavail"))
	citizen.Hears(t, ivrtest.ReadSound(t, w.recorded("vm-nobodyavail")), after, 10*time.Second)
	after = operator.Heard().Length()
	citizen.Speak(t, w.recorded("agent-pass"))
	operator.Hears(t, ivrtest.ReadSound(t, w.recorded("agent-pass")), after, 10*time.Second)
}

func TestCitizenAndOperatorHearEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.queued(t, "+77010000011")
	require.NoError(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1001")}))
	operator := w.phones.Rings(t, "1001", 5*time.Second)
	w.only(t, call.Connected)
	w.requireTalk(t, citizen, operator)
	require.ErrorIs(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1002")}),
		ivr.ErrNotWaiting)

	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	require.Equal(t, []bool{false}, w.script.departures())
	w.ends(t)
	require.ErrorIs(t, w.line.Release(t.Context(), interaction), call.ErrOver)
}

func TestOperatorReleasesAndCitizenHangsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.queued(t, "+77010000012")
	require.NoError(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1001")}))
	operator := w.phones.Rings(t, "1001", 5*time.Second)
	require.NoError(t, w.line.Release(t.Context(), interaction))
	operator.Ends(t, 5*time.Second)
	citizen.Ends(t, 15*time.Second)
	w.ends(t)

	citizen, interaction = w.queued(t, "+77010000012")
	require.NoError(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1001")}))
	operator = w.phones.Rings(t, "1001", 5*time.Second)
	citizen.HangUp(t)
	operator.Ends(t, 5*time.Second)
	w.ends(t)
}

func TestCitizenWaitsOnWhenAnOperatorIsNotToBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.queued(t, "+77010000013")
	connect := func(ctx context.Context, extension string) error {
		return w.line.Connect(ctx, ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint(extension), Ring: time.Second})
	}
	require.ErrorIs(t, connect(t.Context(), "busy"), ivr.ErrNoAnswer)
	require.ErrorIs(t, connect(t.Context(), "silent"), ivr.ErrNoAnswer)
	withdrawn, withdraw := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer withdraw()
	require.Error(t, connect(withdrawn, "silent"))
	require.Equal(t, call.Leg{}, w.only(t, call.Waiting).Leg)

	music := citizen.Heard().Length()
	require.Eventually(t, func() bool { return citizen.Heard().Length() > music+time.Second }, 5*time.Second, 100*time.Millisecond,
		"no music while waiting")
	require.NoError(t, connect(t.Context(), "1001"))
	w.requireTalk(t, citizen, w.phones.Rings(t, "1001", 5*time.Second))
	citizen.HangUp(t)
	w.ends(t)
}

func TestOperatorWhoIsLostGivesTheCitizenBackToTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.queued(t, "+77010000014")
	require.NoError(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1001")}))
	w.phones.Rings(t, "1001", 5*time.Second)
	after := citizen.Heard().Length()
	request, err := http.NewRequest(http.MethodDelete,
		w.asterisk.ARI()+"/channels/"+w.only(t, call.Connected).Leg.Channel+"?reason_code=41", nil) // temporary failure
	require.NoError(t, err)
	request.SetBasicAuth("okno", "secret")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()

	w.hears(t, citizen, "queue", "", after)
	require.Equal(t, []bool{true}, w.script.departures())
	w.only(t, call.Waiting)
	require.NoError(t, w.line.Connect(t.Context(), ivr.ConnectRequest{Interaction: interaction, Endpoint: w.endpoint("1002")}))
	w.requireTalk(t, citizen, w.phones.Rings(t, "1002", 5*time.Second))
	citizen.HangUp(t)
	w.ends(t)
}

func TestTurnFromElsewhereReachesACitizenWhoWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.queued(t, "+77010000015")
	after := citizen.Heard().Length()
	// an announcement: the citizen goes on waiting
	require.NoError(t, w.line.Deliver(t.Context(), conversation.Turn{
		Interaction: interaction, Spoken: [][]dialogue.Fragment{{words(texts["silence"])}},
		Expect: dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true},
	}))
	after = w.hears(t, citizen, "silence", "", after)
	// nobody will come
	require.NoError(t, w.line.Deliver(t.Context(), conversation.Turn{
		Interaction: interaction, Spoken: [][]dialogue.Fragment{{words(texts["bye"])}},
		Expect: dialogue.Expectation{Kind: dialogue.ExpectNothing},
	}))
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.ends(t)
	require.ErrorIs(t, w.line.Deliver(t.Context(), conversation.Turn{Interaction: interaction}), call.ErrOver)
}

package ivr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// A telephone from which nothing has come 15 seconds after the answer is hung up, and the ledger says that the call broke off. One that suppresses
// silence, only reports, holds the line or presses keys by SIP lives on.
func TestATelephoneThatSendsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	began := time.Now()
	starts := func(manner ivrtest.Manner, from string) *ivrtest.Handset {
		return ivrtest.StartHandsetOf(t, manner, w.asterisk.SIP(), from, "1414")
	}
	mute := starts(ivrtest.Mute, "+77010000711")
	living := map[string]*ivrtest.Handset{
		"comfort noise": starts(ivrtest.Comfort, "+77010000712"), "reports alone": starts(ivrtest.Reports, "+77010000713"),
		"the line is held": starts(ivrtest.Mute, "+77010000714"), "keys by SIP": starts(ivrtest.Mute, "+77010000715"),
	}
	living["the line is held"].HoldLine(t)
	living["keys by SIP"].Press(t, "2", ivrtest.Keying{On: 100 * time.Millisecond, Off: 100 * time.Millisecond, Info: true})
	mute.Ends(t, 25*time.Second)
	require.Greater(t, time.Since(began), 14*time.Second)
	outcome := func(number string) string {
		return pgtest.Opened[string](t, w.URL, `SELECT max(outcome) FROM interactions WHERE number = $1`, number)
	}
	require.Eventually(t, func() bool { return outcome("+77010000711") == string(conversation.Lost) }, 5*time.Second, 50*time.Millisecond)
	<-time.After(time.Until(began.Add(26 * time.Second))) // a look, and another one at whoever holds the line
	require.EqualValues(t, len(living), w.activeCalls(t), "who lives was hung up")
	for how, h := range living {
		require.False(t, h.Over(), how)
		h.HangUp(t)
	}
	w.ends(t)
}

package contact_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/contact"
)

// Each row is an event, the state before and what it makes of it; every other pair is refused or done already.
func TestMoves(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		event  contact.Event
		from   contact.State
		atOnce bool // a channel without a telephone call
		want   contact.Move
	}{
		"offered":                      {contact.OfferMade, contact.Waiting, false, contact.Move{To: contact.Offered}},
		"declined keeps its place":     {contact.Declined, contact.Offered, false, contact.Move{To: contact.Waiting, Free: true}},
		"expired goes to the front":    {contact.Expired, contact.Offered, false, contact.Move{To: contact.Waiting, Free: true, Front: true}},
		"accepted call":                {contact.AcceptedOffer, contact.Offered, false, contact.Move{To: contact.Accepted}},
		"accepted thread":              {contact.AcceptedOffer, contact.Offered, true, contact.Move{To: contact.Connected}},
		"rings":                        {contact.Rings, contact.Accepted, false, contact.Move{To: contact.Ringing}},
		"answered":                     {contact.Answered, contact.Ringing, false, contact.Move{To: contact.Connected}},
		"answered at once":             {contact.Answered, contact.Accepted, false, contact.Move{To: contact.Connected}},
		"not reached":                  {contact.NotReached, contact.Ringing, false, contact.Move{To: contact.Waiting, Free: true, Front: true}},
		"agent's leg broke off":        {contact.LegLost, contact.Connected, false, contact.Move{To: contact.Waiting, Free: true, Front: true}},
		"agent of a thread went":       {contact.AgentGone, contact.Connected, true, contact.Move{To: contact.Waiting, Free: true, Front: true}},
		"agent went while ringing":     {contact.AgentGone, contact.Ringing, false, contact.Move{To: contact.Waiting, Free: true, Front: true}},
		"released":                     {contact.Released, contact.Connected, false, contact.Move{To: contact.WrapUp}},
		"citizen went before":          {contact.CitizenGone, contact.Ringing, false, contact.Move{To: contact.Ended, Free: true, Outcome: contact.Abandoned}},
		"citizen went after":           {contact.CitizenGone, contact.Connected, false, contact.Move{To: contact.WrapUp}},
		"left for a callback":          {contact.LeftQueue, contact.Offered, false, contact.Move{To: contact.Ended, Free: true, Outcome: contact.Left}},
		"called back, no answer":       {contact.NoAnswer, contact.Accepted, false, contact.Move{To: contact.Waiting, Free: true}},
		"called before called back":    {contact.CitizenCalls, contact.Offered, false, contact.Move{To: contact.Ended, Free: true, Outcome: contact.CalledIn}},
		"no agent on duty":             {contact.GivenUp, contact.Waiting, false, contact.Move{To: contact.Ended, Outcome: contact.Nobody}},
		"telephone system went":        {contact.ChannelLost, contact.Connected, false, contact.Move{To: contact.WrapUp, Outcome: contact.Lost}},
		"telephone system went before": {contact.ChannelLost, contact.Waiting, false, contact.Move{To: contact.Ended, Free: true, Outcome: contact.Lost}},
		"filed":                        {contact.Filed, contact.WrapUp, false, contact.Move{To: contact.Ended, Outcome: contact.Handled}},
	} {
		move, done, err := contact.Contact{State: row.from, ByCall: !row.atOnce}.After(row.event)
		require.NoError(t, err, name)
		require.False(t, done, name)
		require.Equal(t, row.want, move, name)
	}
	for _, refused := range []struct {
		event contact.Event
		from  contact.State
	}{
		{contact.OfferMade, contact.Offered}, {contact.AcceptedOffer, contact.Waiting}, {contact.Declined, contact.Connected},
		{contact.Answered, contact.Waiting}, {contact.Answered, contact.WrapUp}, {contact.Released, contact.Ringing},
		{contact.GivenUp, contact.Connected}, {contact.LeftQueue, contact.Ringing}, {contact.Filed, contact.Connected}, {contact.Filed, contact.Ended}, {contact.Rings, contact.Ended},
	} {
		_, _, err := contact.Contact{State: refused.from, ByCall: true}.After(refused.event)
		require.ErrorIs(t, err, contact.ErrState, "%s while %s", refused.event, refused.from)
	}
}

// A citizen who does not answer is not called for ever.
func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	move, _, err := contact.Contact{State: contact.Accepted, Attempts: contact.MostAttempts - 1}.After(contact.NoAnswer)
	require.NoError(t, err)
	require.Equal(t, contact.Move{To: contact.Ended, Free: true, Outcome: contact.Unreached}, move)
}

// An outgoing call that the citizen does not answer ends, and says why; nobody else's contact knows its events.
func TestAnOutgoingCallIsOneAttempt(t *testing.T) {
	t.Parallel()
	for event, outcome := range map[contact.Event]contact.Outcome{contact.NoAnswer: contact.Unanswered, contact.LineBusy: contact.Engaged,
		contact.NoWay: contact.Unreachable, contact.CalledOff: contact.Cancelled} {
		move, _, err := contact.Contact{Channel: contact.Outgoing, State: contact.Accepted, ByCall: true}.After(event)
		require.NoError(t, err, event)
		require.Equal(t, contact.Move{To: contact.Ended, Outcome: outcome}, move, event)
	}
	move, _, err := contact.Contact{Channel: contact.Outgoing, State: contact.Waiting, ByCall: true}.After(contact.Placed)
	require.NoError(t, err)
	require.Equal(t, contact.Move{To: contact.Accepted}, move)
	for event, from := range map[contact.Event]contact.State{contact.Placed: contact.Waiting, contact.LineBusy: contact.Accepted,
		contact.NoWay: contact.Accepted, contact.CalledOff: contact.Accepted} {
		_, _, err := contact.Contact{Channel: contact.Callback, State: from, ByCall: true}.After(event)
		require.ErrorIs(t, err, contact.ErrState, event)
	}
}

// A talk that broke off with the telephone system stays lost, whatever the agent files.
func TestOutcomeStands(t *testing.T) {
	t.Parallel()
	move, _, err := contact.Contact{State: contact.WrapUp, Outcome: contact.Lost}.After(contact.Filed)
	require.NoError(t, err)
	require.Equal(t, contact.Lost, move.Outcome)
}

// Whatever happens in whatever order: an event told twice in a row changes nothing the second time or is refused, a contact that
// has ended stays ended with an outcome, and no one but an agent who has it is let go.
func TestLifeKeepsItsRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := contact.Contact{State: contact.Waiting, ByCall: rapid.Bool().Draw(t, "by call"),
			Channel: rapid.SampledFrom([]string{"voice", contact.Callback, contact.Outgoing}).Draw(t, "channel")}
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			e := rapid.SampledFrom(contact.Events).Draw(t, "event")
			move, done, err := c.After(e)
			if err != nil || done {
				if done && move.To != c.State {
					t.Fatalf("%s while %s: done, and yet a move to %s", e, c.State, move.To)
				}
				continue
			}
			if c.State == contact.Ended {
				t.Fatalf("%s moved an ended contact to %s", e, move.To)
			}
			if move.Front && move.To != contact.Waiting {
				t.Fatalf("%s: front of a queue without waiting", e)
			}
			c.State = move.To
			if move.Outcome != "" {
				c.Outcome = move.Outcome
			}
			if c.State == contact.Ended && c.Outcome == "" {
				t.Fatalf("%s ended a contact without an outcome", e)
			}
			if again, done, err := c.After(e); err == nil && !done {
				t.Fatalf("%s told again moves from %s to %s", e, c.State, again.To)
			}
		}
	})
}

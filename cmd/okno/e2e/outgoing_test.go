package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// callsFromCase has the operator call the citizen of a case that the operator works on, at any hour.
func (w *world) callsFromCase(t *testing.T, desk *page, citizen string) {
	t.Helper()
	pgtest.Exec(t, w.database, `UPDATE queues SET call_from = 0, call_until = 1440`)
	pgtest.Exec(t, w.database, `UPDATE cases SET assignee = (SELECT id FROM agents WHERE login = 'aliya') WHERE number = '`+w.caseOf(t, citizen, "awaiting_citizen")+`'`)
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#worklist .open")
	desk.clicks(t, "#opened-case button.outgoing-call")
	desk.clicks(t, "#opened-case .numbers button")
}

// An operator calls a citizen from a case: the telephone rings, both hear each other, and the call is filed and stands in the timeline and the case.
func (w *world) outgoingAtDesk(t *testing.T, desk *page) {
	const citizen = "+77010000002"
	w.callsFromCase(t, desk, citizen)
	phone := w.phones.Rings(t, citizen, patience)
	desk.reads(t, ".head .person", "Иван Петров")
	desk.reads(t, ".head .person", "+7701•••0002")
	w.hears(t, phone, ru, 0, whole("operator.outgoing"))
	desk.sees(t, "button.mute")
	w.requireTalk(t, phone, desk)
	desk.reads(t, ".head .verification", "Не подтверждён")
	phone.HangUp(t)
	desk.reads(t, ".thread", "позвонил гражданину")
	w.filed(t, desk, "informed")

	desk.clicks(t, "#section-work")
	desk.clicks(t, "#worklist .open")
	desk.reads(t, "#opened-case .calls", "ответили")
	desk.clicks(t, "#section-work") // back to the contacts
}

// An operator loads the page anew while a citizen's telephone rings: the page shows the call again, the citizen answers, and both talk. The citizen may
// answer before the page is back: then the citizen hears music, and waits for nobody else.
func (w *world) reloadWhileItRings(t *testing.T, desk *page) {
	const citizen, calling = "+77010000002", "Звоним гражданину"
	for _, away := range []bool{false, true} {
		ringing := w.phones.LetRing(citizen)
		w.callsFromCase(t, desk, citizen)
		ringing.Awaits(t, patience)
		desk.reads(t, ".head .timer", calling)
		if away {
			desk.do(t, "close the page", chromedp.Navigate("about:blank"))
		} else {
			desk.do(t, "reload", chromedp.Reload())
			desk.sees(t, "#phone-lamp.on")
			desk.reads(t, ".head .person", "+7701•••0002")
			desk.reads(t, ".head .timer", calling)
		}
		phone := ringing.PickUp(t)
		w.hears(t, phone, ru, 0, whole("operator.outgoing"))
		if away {
			desk.do(t, "come back", chromedp.Navigate(w.http+"/desk/"))
		}
		desk.sees(t, "button.mute")
		w.requireTalk(t, phone, desk)
		require.Equal(t, "connected available", pgtest.Value[string](t, w.database,
			`SELECT c.state || ' ' || a.status FROM contacts c JOIN agents a ON a.id = c.agent_id ORDER BY c.id DESC LIMIT 1`), "away: %v", away)
		phone.HangUp(t)
		w.filed(t, desk, "informed")
	}
}

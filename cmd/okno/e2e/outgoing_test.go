package e2e

import (
	"testing"

	"okno/internal/postgres/pgtest"
)

// An operator calls a citizen from a case: the telephone rings, both hear each other, and the call is filed and stands in the timeline and the case.
func (w *world) outgoingAtDesk(t *testing.T, desk *page) {
	const citizen = "+77010000002"
	pgtest.Exec(t, w.database, `UPDATE queues SET call_from = 0, call_until = 1440`)
	pgtest.Exec(t, w.database, `UPDATE cases SET assignee = (SELECT id FROM agents WHERE login = 'aliya') WHERE number = '`+w.caseOf(t, citizen, "awaiting_citizen")+`'`)
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#worklist .open")
	desk.clicks(t, "#opened-case button.outgoing-call")
	desk.clicks(t, "#opened-case .numbers button")
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

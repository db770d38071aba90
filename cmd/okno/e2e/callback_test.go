package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A citizen who finds nobody on duty asks to be called back. An operator is offered the call once its time has come, sees for when it was promised,
// and leaves it by key to somebody else.
func TestACallbackIsOffered(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	pgtest.Exec(t, s.database, `UPDATE queues SET call_from = 0, call_until = 1440`) // at whatever hour this runs
	s.desk.chooses(t, "#status", "offline")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, s.database, `SELECT status FROM agents WHERE login = 'aliya'`) == "offline"
	}, func() string { return "still on duty" })
	s.sends(t, citizen, "ОПЕРАТОР")
	eventually(t, patience, func() bool { return len(s.operator.Written(citizen)) == 1 }, func() string { return "no answer" })
	s.sends(t, citizen, "1")
	const owed = `SELECT count(*) FROM contacts WHERE channel = 'callback' AND state = 'waiting'`
	eventually(t, patience, func() bool { return pgtest.Value[int](t, s.database, owed) == 1 }, func() string { return "no callback waits" })

	pgtest.Exec(t, s.database, `INSERT INTO asterisks (name, sip_url, outward) VALUES ('ast1', 'ws://127.0.0.1:1/ws', true);
UPDATE contacts SET due_at = now() + interval '1 day', promised_at = date_trunc('minute', now())`)
	s.desk.chooses(t, "#status", "available")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, s.database, `SELECT status FROM agents WHERE login = 'aliya'`) == "available"
	}, func() string { return "not available" })
	s.desk.misses(t, ".offer") // it is not time
	pgtest.Exec(t, s.database, `UPDATE contacts SET due_at = now()`)
	s.desk.reads(t, ".offer .kind", "Перезвонить")
	promised := pgtest.Value[time.Time](t, s.database, `SELECT promised_at FROM contacts`)
	s.desk.reads(t, ".offer .promised", "Обещано на "+promised.Local().Format("02.01.2006 15:04"))
	s.desk.misses(t, ".offer .person") // an offer shows why, not who
	s.desk.do(t, "decline", chromedp.KeyEvent(kb.F2, chromedp.KeyModifiers(chromedp.ModifierShift)))
	s.desk.misses(t, ".offer")
	require.Equal(t, 1, pgtest.Value[int](t, s.database, owed), "it waits on")
	require.Equal(t, 1, pgtest.Value[int](t, s.database, `SELECT count(*) FROM offers WHERE state = 'declined'`))
}

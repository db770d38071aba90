package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
)

// A citizen who waits chooses to be called back at a time. Once it has come an operator is offered the call, and sees for when it was promised.
func (w *world) callbackAtDesk(t *testing.T, desk *page) {
	pgtest.Exec(t, w.database, `UPDATE queues SET call_from = 0, call_until = 1440`) // whatever time it is now
	desk.chooses(t, "#status", "paused:lunch")
	citizen := w.queued(t, "+77010000002")
	at := citizen.Heard().Length()
	citizen.Key(t, "1")
	at = w.hears(t, citizen, ru, at, whole("operator.callback"))
	citizen.Key(t, "1") // the first of the times that are offered then
	w.hears(t, citizen, ru, at, whole("bye"))
	citizen.Ends(t, 5*time.Second)
	id := pgtest.Value[int64](t, w.database, `SELECT max(id) FROM contacts WHERE channel = 'callback' AND promised_at > now()`)
	promised := pgtest.Value[time.Time](t, w.database, `SELECT max(promised_at) FROM contacts`)

	desk.chooses(t, "#status", "available")
	desk.misses(t, ".offer") // it is not time
	pgtest.Exec(t, w.database, fmt.Sprint(`UPDATE contacts SET due_at = now() WHERE id = `, id))
	desk.reads(t, ".offer .kind", "Перезвонить")
	desk.reads(t, ".offer .promised", "Обещано на "+promised.Local().Format("02.01.2006 15:04"))
	desk.clicks(t, ".offer .decline")
	desk.misses(t, ".offer")
	require.Equal(t, string(contact.Waiting), pgtest.Value[string](t, w.database, `SELECT state FROM contacts WHERE channel = 'callback' AND due_at <= now()`))
	pgtest.Exec(t, w.database, fmt.Sprint(`UPDATE contacts SET state = 'ended', ended_at = now(), outcome = 'handled' WHERE id = `, id)) // of other tests
}

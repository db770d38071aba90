package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A supervisor watches the floor beside an agent at work: what waits, who does what, how the day goes; moves a citizen to another queue, keeps
// one for an agent, gives a thread back, and sends the agent on a break.
func TestASupervisorLeadsTheFloor(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.talks(t, "+77010000004")
	wall := browse(t, s.http+"/desk/", recorded(operatorSays))
	wall.logsIn(t, "saule", demoPassword)
	wall.clicks(t, "#section-wall")
	wall.reads(t, "#on-duty tbody tr", "Алия")
	wall.reads(t, "#on-duty .hand", "В разговоре")
	wall.reads(t, "#tile-general .level", "%")
	wall.sees(t, "#plots canvas")
	wall.sees(t, "#waiting .muted")

	// Aliya has one citizen; a second one is offered to her, is not answered yet, and is sent to where the supervisor wants it.
	pgtest.Exec(t, s.database, `UPDATE agents SET capacity = 20 WHERE login = 'aliya'`)
	s.sends(t, "+77010000002", "ОПЕРАТОР")
	wall.reads(t, "#tile-general .big", "1")
	wall.sees(t, "#waiting tbody tr")
	wall.picture(t, "desk-wall.png")
	wall.chooses(t, "#waiting .move", "appeals")
	wall.reads(t, "#tile-appeals .big", "1")
	wall.reads(t, "#tile-general .big", "0")
	s.desk.misses(t, "ul.for-you")
	wall.chooses(t, "#waiting .give", pgtest.Value[string](t, s.database, `SELECT id::text FROM agents WHERE login = 'aliya'`))
	s.desk.reads(t, "ul.for-you", "Просит оператора")

	wall.clicks(t, "#on-duty .give-back")
	s.desk.misses(t, ".reply textarea")
	wall.chooses(t, "#on-duty .direct", "paused:training")
	wall.reads(t, "#on-duty .duty", "Обучение")
	s.desk.holds(t, "#status", "paused:training")
	s.pastCalls(t)
	wall.clicks(t, "#section-staffing")
	wall.chooses(t, "#staffing-queue", "general")
	wall.reads(t, `#staffing tr[data-from="12:00"] .needed`, "5")
	require.Equal(t, "4:00", value[string](t, wall, `document.querySelector('#staffing tr[data-from="12:00"]').children[2].innerText`))
	wall.chooses(t, "#staffing-agents", "2")
	wall.reads(t, `#staffing tr[data-from="12:00"]`, "не справятся")
	wall.picture(t, "desk-staffing.png")
	wall.clicks(t, "#section-wall")
	wall.clicks(t, "#whole-screen")
	wall.sees(t, "#wall:fullscreen")

	actions := pgtest.Value[string](t, s.database, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action IN ('contact.requeue', 'agent.direct')`)
	require.Equal(t, "contact.requeue contact.requeue contact.requeue agent.direct", actions)
	require.NotContains(t, value[string](t, wall, `document.body.innerText`), "7010000004", "nothing of any citizen")
}

// pastCalls has forty citizens have called at noon, six days ago, and have talked for 0.4 s less than four minutes each.
func (s *shift) pastCalls(t *testing.T) {
	t.Helper()
	pgtest.Exec(t, s.database, `
WITH i AS (INSERT INTO interactions (channel, language, started_at, ended_at) SELECT 'voice', 'ru', now(), now() FROM generate_series(1, 40) RETURNING id)
INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, agent_id, queued_at, connected_at, released_at, ended_at)
SELECT i.id, 'general', 'voice', 'ru', '', 'x', 'ended', (SELECT min(id) FROM agents), noon, noon, noon + interval '239.6 s', noon + interval '239.6 s'
FROM i CROSS JOIN (SELECT date_trunc('day', now(), 'UTC') + interval '12 h' - interval '6 days' AS noon) d`)
}

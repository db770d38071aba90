package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator sets a queue, the limits of pauses and somebody's skills at the desk: a field that cannot be is marked, and the operator's
// page goes by what was saved at once. It accepts what is offered by itself, and says that a pause lasts too long.
func TestQueuesAreSetInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	office := administers(t, s.okno, s.database)

	office.clicks(t, "#section-queues")
	office.clicks(t, `#queue-settings tr[data-queue=general] .change`)
	office.chooses(t, "form.queue select[name=strategy]", "linear")
	office.types(t, "form.queue input[name=line]", "nobody")
	office.types(t, "form.queue input[name=ring]", "40")
	office.clicks(t, "form.queue input[name=auto_accept]")
	office.types(t, "form.queue input[name=why]", "ночная смена")
	office.clicks(t, "form.queue button.primary")
	office.sees(t, `form.queue .refused[data-field=line]`)
	office.picture(t, "desk-queues.png")
	office.chooses(t, "form.queue select[name=strategy]", "round_robin")
	office.clicks(t, "form.queue button.primary")
	office.misses(t, "form.queue")
	office.reads(t, `tr[data-queue=general]`, "по кругу")
	require.Equal(t, "40 round_robin t", pgtest.Value[string](t, s.database, `SELECT concat_ws(' ', ring_seconds, strategy, auto_accept) FROM queues WHERE name = 'general'`))

	s.sends(t, "+77010000004", "ОПЕРАТОР")
	s.desk.sees(t, ".reply textarea") // nobody has clicked anything
	s.desk.clicks(t, "button.finish")
	s.desk.files(t, "resolved")

	office.types(t, `#pauses input[name="agent.break"]`, "15")
	office.types(t, "#pauses input[name=why]", "по графику")
	office.clicks(t, "#pauses button.primary")
	office.misses(t, `#pauses input[name="agent.break"][value=""]`)
	s.desk.chooses(t, "#status", "paused:break")
	s.desk.reads(t, ".status", "осталось")
	pgtest.Exec(t, s.database, `UPDATE agents SET status_at = now() - interval '20 minutes' WHERE login = 'aliya'`)
	office.clicks(t, "#section-wall")
	office.reads(t, "#on-duty .over-limit", "сверх лимита 05:")

	office.clicks(t, "#section-people")
	office.clicks(t, `#people tr[data-login=aliya] .change`)
	office.types(t, ".abilities .new-skill", "tax")
	office.clicks(t, ".abilities button")
	office.chooses(t, ".abilities select[data-skill=tax]", "3")
	office.chooses(t, ".abilities input[name=capacity]", "120")
	office.clicks(t, "form.person button.primary")
	office.misses(t, "form.person")
	require.Equal(t, `{"tax": 3} 120`, pgtest.Value[string](t, s.database, `SELECT concat_ws(' ', skills, capacity) FROM agents WHERE login = 'aliya'`))
}

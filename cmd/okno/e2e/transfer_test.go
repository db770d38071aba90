package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// passes passes the thread that a desk shows on, to whom the list names so, with a note.
func (p *page) passes(t *testing.T, to, note string) {
	t.Helper()
	p.clicks(t, "button.transfer")
	p.reads(t, ".destinations", to)
	require.Empty(t, p.violations(t, ".destinations"))
	p.types(t, ".destinations input[name=note]", note)
	p.clicksOn(t, fmt.Sprintf(`[...document.querySelectorAll('.destinations li')].find((e) => e.innerText.includes(%s))?.querySelector('.pass')`, quoted(to)))
	p.misses(t, ".reply textarea")
	p.sees(t, ".wrapup")
}

// A thread is passed on to a colleague, and by the colleague to another queue: whoever gets it has the story and the note, and the citizen writes on
// without noticing; whoever had it says what it came to.
func TestAThreadIsPassedOnAtTheDesk(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", "Минуту, спрошу коллегу\r")
	s.gets(t, citizen, "Минуту, спрошу коллегу")
	colleague := browse(t, s.http+"/desk/", recorded(operatorSays))
	colleague.logsIn(t, "boris", demoPassword)
	colleague.reads(t, "#connection-lamp", "На связи")
	colleague.chooses(t, "#status", "available")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, s.database, `SELECT status FROM agents WHERE login = 'boris'`) == "available"
	}, func() string { return "not available" })

	s.desk.passes(t, "Борис Ким", "Спрашивает об отчестве")
	colleague.reads(t, ".offer .for-you", "Для вас")
	colleague.clicks(t, ".offer .accept")
	for _, line := range []string{"ОПЕРАТОР", "Минуту, спрошу коллегу", "Спрашивает об отчестве"} {
		colleague.reads(t, ".thread", line)
	}
	s.sends(t, citizen, "А срок какой?")
	colleague.reads(t, ".thread", "А срок какой?")
	colleague.types(t, ".reply textarea", "Три дня\r")
	s.gets(t, citizen, "Три дня")
	s.desk.files(t, "forwarded")
	s.desk.misses(t, ".contact")

	colleague.passes(t, "Обращения", "Ждёт решения") // the colleague does not serve that queue
	s.desk.clicks(t, ".offer .accept")
	for _, line := range []string{"Три дня", "Ждёт решения"} {
		s.desk.reads(t, ".thread", line)
	}
	colleague.files(t, "forwarded")
	s.desk.types(t, ".reply textarea", "Решено\r")
	s.gets(t, citizen, "Решено")
	s.desk.clicks(t, "button.finish")
	s.desk.files(t, "resolved")
	require.Equal(t, "aliya general forwarded, boris general forwarded, aliya appeals resolved", pgtest.Value[string](t, s.database,
		`SELECT string_agg(a.login || ' ' || c.queue || ' ' || c.disposition, ', ' ORDER BY c.id) FROM contacts c JOIN agents a ON a.id = c.agent_id`))
	require.Equal(t, 1, pgtest.Value[int](t, s.database, `SELECT count(DISTINCT interaction_id)::int FROM contacts`))
}

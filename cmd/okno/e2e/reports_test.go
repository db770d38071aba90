package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/sms/smstest/foreign"
)

// Citizens write; a supervisor sees what came of it at the desk, and an engineer in the terminal.
func TestReportsAtTheDeskAndInTheTerminal(t *testing.T) {
	t.Parallel()
	w := &world{database: pgtest.URL(t), operator: foreign.Start(t)}
	o := newOkno(t, fmt.Sprintf(`
database_url: %q
roles: [sms, desk, worker]
reports: {zone: Asia/Almaty}
sms:
  links:
    - {name: operator-a, addr: %q, system_id: okno, password: "${SMPP_A}", binds: 2}
`, w.database, w.operator.Addr))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	for n := range 4 {
		number := fmt.Sprintf("+7701555002%d", n)
		w.sends(t, number, "ИНФО 031")
		eventually(t, patience, func() bool { return len(w.operator.Written(number)) == 1 }, func() string { return "no answer to " + number })
	}
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	today := time.Now().In(zone).Format(time.DateOnly)
	said := o.run(t, "report", "rebuild", "--from", today, "--to", today)
	require.Contains(t, said, "questions: counted from "+today+" 00:00")

	services := strings.Fields(strings.Split(o.run(t, "report", "show", "services"), "\n")[1])
	require.Equal(t, []string{"031", "4", "4", "0", "0.0%"}, services)
	require.Contains(t, o.run(t, "report", "show", "sms", "--csv"), today+",4,4,0,0,4,0,4,0,")
	funnel := o.run(t, "report", "show", "funnel")
	require.Contains(t, funnel, "first used "+today, "the version of the dialogue is new today")
	require.NotContains(t, o.run(t, "report", "show", "cases", "--by", "agency"), "not everything is counted")
	require.Contains(t, runs(t, "report", "define", "queues", "--language", "kk").stdout, "Қызмет көрсету деңгейі")
	requireRefusal(t, runs(t, "report", "show", "weather", "--config", o.config), "weather", "choose from dialogue, queues")
	requireRefusal(t, runs(t, "report", "rebuild", "--from", "28.11.2026", "--to", today, "--config", o.config), "from", "like 2026-11-28")

	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "saule", demoPassword)
	desk.clicks(t, "#section-reports")
	desk.sees(t, `#reports tr[data-key="`+today+`"]`)
	desk.sees(t, "#reports .changed")
	desk.picture(t, "desk-reports.png")
	desk.chooses(t, "#report", "services")
	desk.sees(t, `#reports tr[data-key="031"]`)
	desk.reads(t, `#reports tr[data-key="031"] th`, service(t, "031", ru).Name)
	desk.chooses(t, "#report-by", "language")
	desk.sees(t, `#reports tr[data-key="ru"]`)
	desk.clicks(t, "#reports .picture summary")
	desk.chooses(t, "#report-figure", "found")
	desk.sees(t, `#reports canvas[aria-label*="ru: 4"]`)
	const drawn = `(() => { const c = document.querySelector('#reports canvas'), p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, s = new Set()
		for (let i = 0; i < p.length; i += 4) s.add(p[i] << 16 | p[i + 1] << 8 | p[i + 2])
		return c.width + ' ' + (s.size > 2) })()`
	require.Equal(t, "1920 true", value[string](t, desk, drawn))
	require.Equal(t, "services-found-", value[string](t, desk, `new Promise((done) => {
		HTMLAnchorElement.prototype.click = function () { done(this.download) }
		document.querySelector('#report-png').click()
	})`)[:15])
	require.Empty(t, desk.violations(t, "#reports"))
	file := value[string](t, desk, `fetch(document.querySelector('#report-csv').href).then((answer) => answer.text())`)
	require.Equal(t, "language,asked,found,vain,vain_rate\nru,4,4,0,0.0000\n", file)
	desk.clicks(t, `#reports tr[data-key="ru"] th button`)
	desk.reads(t, "#reports .limit", "Язык: ru")
	desk.sees(t, `#reports tr[data-key="031"]`)
	desk.clicks(t, "#reports .limit")
	desk.misses(t, "#reports .limit")
	require.Equal(t, "LANGUAGE  ASKED", o.run(t, "report", "show", "services", "--by", "language", "--only", "channel=voice")[:15])
	requireRefusal(t, runs(t, "report", "show", "services", "--only", "queue=general", "--config", o.config), "only", "is limited by service, agency")
	desk.clears(t, "#report-to")
	desk.types(t, "#report-to", "01.01.2020")
	desk.reads(t, "#reports .muted", "ничего не сосчитано")
}

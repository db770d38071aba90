package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A supervisor and an engineer look after a link to an operator: one at the desk's page, the other in a terminal.
func TestLinksAtTheDeskAndInTheTerminal(t *testing.T) {
	t.Parallel()
	operator, _ := startSimulator(t)
	o := newOkno(t, fmt.Sprintf(`
database_url: %q
roles: [sms, desk]
sms:
  links:
    - {name: operator-a, addr: %q, system_id: okno, password: "${SMPP_A}", binds: 2}
`, pgtest.URL(t), operator))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	require.Contains(t, o.run(t, "sms", "links"), "transceiver 2  up")

	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "saule", demoPassword)
	desk.clicks(t, "#section-sms")
	desk.sees(t, `.sms-binds tr[data-link="operator-a"][data-state="up"]`)
	desk.picture(t, "desk-sms.png")

	desk.presses(t, `tr[data-link="operator-a"] .order-paused`)
	desk.sees(t, `tr[data-link="operator-a"][data-ordered="paused"]`)
	require.Contains(t, o.run(t, "sms", "drain", "operator-a"), "operator-a is drained")
	desk.reads(t, `.sms-binds tr[data-state="drained"] .lamp`, "○ выведено")
	eventually(t, patience, func() bool { return strings.Count(o.run(t, "sms", "links"), "drained") == 3 }, // the link and its binds
		func() string { return o.run(t, "sms", "links") })
	desk.presses(t, `tr[data-link="operator-a"] .order-open`)
	desk.sees(t, `.sms-binds tr[data-state="up"]`)
	o.run(t, "sms", "pause", "operator-a")
	desk.sees(t, `tr[data-link="operator-a"][data-ordered="paused"]`)
	requireRefusal(t, runs(t, "sms", "resume", "operator-z", "--config", o.config), "operator-z", "no node has such a link")
	o.run(t, "sms", "resume", "operator-a")
	desk.sees(t, `tr[data-link="operator-a"][data-ordered="open"]`)
}

// presses a button that may move while it is aimed at: the tables are drawn anew every two seconds.
func (p *page) presses(t *testing.T, selector string) {
	t.Helper()
	p.sees(t, selector)
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => { document.querySelector(%s).click(); return true })()`, quoted(selector))))
}

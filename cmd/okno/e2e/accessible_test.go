package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// axe is where axe-core is once scripts/web has fetched it: the checker of accessibility that browsers' makers use.
const axe = "../../../agentdesk/web/node_modules/axe-core/axe.min.js"

// needAxe says that a test cannot go without axe-core. One that others follow on the same page says so before it begins: skipped in the middle,
// it would leave them a page in which a call is still to be filed.
func needAxe(t *testing.T) {
	t.Helper()
	found := axe
	if _, err := os.Stat(axe); os.IsNotExist(err) {
		found = ""
	}
	need(t, "axe-core", found)
}

// violations are what axe finds wrong within an element.
func (p *page) violations(t *testing.T, selector string) []string {
	t.Helper()
	if !value[bool](t, p, `'axe' in window`) {
		needAxe(t)
		source, err := os.ReadFile(axe)
		require.NoError(t, err)
		p.do(t, "axe", chromedp.Evaluate[chromedp.Void](string(source)+"; undefined"))
	}
	return value[[]string](t, p, fmt.Sprintf(`Promise.all(document.getAnimations().map((a) => a.finished)).then(() => axe.run(%s, {resultTypes: ['violations']})).then(({violations}) =>
		violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html.slice(0, 160) + ' ' + n.any.map((a) => a.message).join(', ').slice(0, 200))))`, quoted(selector)))
}

// Nothing on any view of the desk, in any theme, keeps out whoever sees little, hears little, or has a keyboard alone.
func TestEveryViewIsAccessible(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	check := func(view, theme string) {
		t.Helper()
		s.desk.runs(t, fmt.Sprintf(`document.documentElement.dataset.theme = %q`, theme))
		assert.Empty(t, s.desk.violations(t, "html"), "%s in %s", view, theme)
		assert.Empty(t, value[[]string](t, s.desk, `[...document.querySelectorAll('main.links > *')].filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.outerHTML.slice(0, 80))`),
			"%s: cut off", view)
		if view == "thread" && theme != "light" {
			s.desk.picture(t, "desk-"+theme+".png")
		}
	}
	checks := func(view string) {
		t.Helper()
		for _, theme := range []string{"light", "dark", "contrast"} {
			check(view, theme)
		}
	}
	const citizen = "+77010000004"
	s.sends(t, citizen, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	checks("offer")
	s.desk.do(t, "accept", chromedp.KeyEvent(kb.F2))
	s.desk.sees(t, ".reply textarea")
	s.sends(t, citizen, "Как исправить отчество?")
	s.desk.reads(t, ".thread", "Как исправить отчество?")
	s.desk.types(t, ".reply textarea", "Подайте заявление")
	s.desk.clicks(t, ".cases .open-case")
	checks("thread")
	s.desk.clicks(t, "button.finish")
	s.desk.sees(t, ".wrapup")
	checks("wrap-up")
	s.desk.files(t, "resolved")
	s.desk.clicks(t, ".logout")
	s.desk.sees(t, "input[name=login]")
	checks("login")

	s.desk.logsIn(t, "saule", demoPassword)
	s.desk.evaluates(t)
	checks("form of an evaluation")
	s.desk.clicks(t, "#evaluation-form button.primary")
	s.desk.sees(t, "tr[data-form=polite]")
	checks("forms of evaluations")
	s.desk.clicks(t, "#evaluations-given")
	s.desk.clicks(t, "#evaluate-next")
	s.desk.sees(t, ".evaluation .criterion")
	checks("evaluation")
	s.desk.clicks(t, ".logout")
	s.desk.sees(t, "input[name=login]")

	pgtest.Exec(t, s.database, `UPDATE agents SET role = 'administrator' WHERE login = 'saule'`)
	s.desk.logsIn(t, "saule", demoPassword)
	s.desk.reads(t, "#connection-lamp", "На связи")
	for _, view := range []string{"work", "appointments", "catalogue", "memos", "calendars", "wall", "talks", "announcements", "canned", "evaluations", "sms", "otp", "reports", "staffing", "people", "queues", "clients", "dialogues", "journal", "account"} {
		s.desk.clicks(t, "#section-"+view)
		s.desk.sees(t, "main.links h1, main.links h2")
		if view == "dialogues" {
			s.desk.sees(t, "#dialogues .node")
		}
		checks(view)
	}
	s.desk.do(t, "commands", chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	s.desk.sees(t, ".palette #command-0")
	checks("palette")
	s.desk.do(t, "no command", chromedp.KeyEvent(kb.Escape))
	s.desk.clicks(t, "#section-catalogue")
	s.desk.types(t, "#catalogue input[type=search]", "001")
	s.desk.clicks(t, "#catalogue .open-service")
	s.desk.sees(t, "#service-history tr[data-version]")
	checks("service")
	s.desk.clicks(t, "#service .change")
	s.desk.sees(t, ".service-form .segments")
	checks("form of a service")
	s.desk.types(t, ".search input", "иван пет\r")
	s.desk.reads(t, ".found-citizens li", "Иван П•••")
	checks("search")
}

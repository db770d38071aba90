package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/totp"
)

// A supervisor is invited, sets a password and a second factor, is locked out from the terminal, and comes back.
func TestPeopleAtTheDeskAndInTheTerminal(t *testing.T) {
	t.Parallel()
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\ndesk: {second_factor: [supervisor]}\n", pgtest.URL(t)))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	const chosen = "три синих трамвая едут"
	link := strings.TrimSpace(o.run(t, "agent", "add", "chief", "--name", "Старшая смены", "--role", "supervisor", "--queues", "general", "--invite", "--url", o.http))
	require.True(t, strings.HasPrefix(link, o.http+"/desk/#invitation="), link)

	desk := browse(t, link, recorded(operatorSays))
	set := func(password string) {
		for _, field := range []string{"password", "again"} {
			require.True(t, value[bool](t, desk, fmt.Sprintf(`(() => { document.querySelector('input[name=%s]').value = %s; return true })()`, field, quoted(password))))
		}
		desk.clicks(t, "#invitation button.primary")
	}
	desk.sees(t, "#invitation")
	set("passwordpassword")
	desk.sees(t, "#invitation .wrong")
	set(chosen)
	desk.reads(t, "#invitation [role=status]", "chief")
	desk.clicks(t, "#invitation button.primary")

	logIn := func() {
		desk.logsIn(t, "chief", chosen)
	}
	logIn()
	desk.clicks(t, "#second-factor button.primary")
	desk.sees(t, "#factor-secret")
	desk.sees(t, "#factor-qr path")
	secret := value[string](t, desk, `document.querySelector('#factor-secret').innerText`)
	code, err := totp.Code(secret, time.Now())
	require.NoError(t, err)
	desk.types(t, "#second-factor input[name=code]", code)
	desk.clicks(t, "#second-factor form button.primary")
	desk.sees(t, "#second-factor .recovery")
	recovery := value[string](t, desk, `document.querySelector('#second-factor .recovery code').innerText`)
	desk.clicks(t, "#second-factor button.primary")
	desk.clicks(t, "#section-otp")
	desk.sees(t, "#otp .otp-report")
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#view-due")
	desk.sees(t, `#view-due[aria-pressed="true"]`)
	desk.sees(t, "#worklist .muted") // this region has no cases yet
	desk.clicks(t, "#section-catalogue")
	desk.sees(t, "#catalogue h2")
	desk.types(t, "#catalogue input", "судимсоть")
	desk.sees(t, `#catalogue article[data-code="031"]`)
	desk.clicks(t, "#section-account")
	desk.sees(t, `.logins tr[data-current="true"]`)
	desk.picture(t, "desk-account.png")
	require.Len(t, strings.Split(o.run(t, "agent", "logins", "chief"), "\n"), 2, "a head and a login")

	o.run(t, "agent", "lock", "chief")
	desk.sees(t, "input[name=login]")
	require.Len(t, strings.Split(o.run(t, "agent", "logins", "chief"), "\n"), 1)
	logIn()
	desk.sees(t, ".wrong")
	o.run(t, "agent", "unlock", "chief")
	desk.clicks(t, "form button.primary")
	desk.types(t, "input[name=code]", recovery)
	desk.clicks(t, "form button.primary")
	desk.sees(t, "#section-account")

	reset := o.run(t, "agent", "reset", "chief", "--second-factor")
	require.Contains(t, reset, "/desk/#invitation=")
	desk.sees(t, "input[name=login]")
	requireRefusal(t, runs(t, "agent", "lock", "nobody", "--config", o.config), "nobody", "no such agent")
}

// administers is the page of an administrator who has logged in.
func administers(t *testing.T, o *okno, database string) *page {
	t.Helper()
	pgtest.Exec(t, database, `UPDATE agents SET role = 'administrator' WHERE login = 'saule'`)
	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "saule", demoPassword)
	return desk
}

// An administrator adds an operator at the page; the operator sets a password by the link and logs in, is locked out, and the journal has it all.
func TestAnAdministratorAddsAnOperator(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := administers(t, o, url)
	desk.clicks(t, "#section-people")
	desk.clicks(t, "#add-person")
	desk.types(t, ".person input[name=login]", "erlan")
	desk.types(t, ".person input[name=name]", "Ерлан Омаров")
	desk.clicks(t, ".person input[name=queues][value=general]")
	desk.clicks(t, ".person button.primary")
	desk.sees(t, "#link input")
	link := value[string](t, desk, `document.querySelector('#link input').value`)
	desk.reads(t, `tr[data-login="erlan"] .state`, "Приглашён")
	desk.picture(t, "desk-people.png")

	const chosen = "три синих трамвая едут"
	his := browse(t, link, recorded(operatorSays))
	his.types(t, "input[name=password]", chosen)
	his.types(t, "input[name=again]", chosen)
	his.clicks(t, "#invitation button.primary")
	his.reads(t, "#invitation [role=status]", "erlan")
	his.clicks(t, "#invitation button.primary")
	his.logsIn(t, "erlan", chosen)
	his.reads(t, ".who", "Ерлан Омаров")

	desk.clicks(t, `tr[data-login="erlan"] .change`)
	desk.clicks(t, `.person input[name=queues][value=appeals]`)
	desk.clicks(t, ".person button.primary")
	his.reads(t, ".queues", "Обращения")
	desk.clicks(t, `tr[data-login="erlan"] .lock`)
	his.sees(t, "input[name=login]")
	desk.reads(t, `tr[data-login="erlan"] .state`, "Заблокирован")

	desk.clicks(t, "#section-journal")
	desk.sees(t, "#journal-action")
	desk.chooses(t, "#journal-action", "agent.lock")
	desk.reads(t, "#journal tbody tr", "Сауле Нурланова")
	desk.reads(t, "#journal tbody tr", "Ерлан Омаров")
	desk.reads(t, "#journal tbody tr", "Сотрудник заблокирован")
	desk.chooses(t, "#journal-action", "agent.")
	desk.reads(t, "#journal tbody", "Сотрудник приглашён")
	desk.clicks(t, "#journal tbody .subject")
	desk.holds(t, "#journal-subject", value[string](t, desk, `document.querySelector('#journal tbody td[title^="agent:"]').title`))
}

package e2e

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator edits a service: what cannot be is said at its field, and from then on citizens get the new text. A finding opens the form at
// its field. The history shows who changed what and why, and the service ends at the desk.
func TestAServiceIsEditedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	office := administers(t, s.okno, s.database)

	office.clicks(t, "#section-catalogue")
	office.types(t, "#catalogue input[type=search]", "001")
	office.clicks(t, "#catalogue [data-code='001'] .open-service")
	office.clicks(t, "#service .change")
	const long = "Адресная справка теперь готовится за десять минут и бесплатно, с удостоверением личности, на портале или в любом центре обслуживания населения. Приходите в будни."
	office.chooses(t, `textarea[name="ru.short"]`, long)
	office.reads(t, `.service-form [data-language=ru]`, "частей SMS: 3")
	office.reads(t, `[data-field="ru.short"] .wrong`, "С кодом больше двух")
	office.picture(t, "desk-service.png")
	office.chooses(t, `textarea[name="ru.short"]`, "Адресная справка: 10 минут, бесплатно.")
	office.chooses(t, `#service-review_by`, "31.01.2026")
	office.types(t, ".service-form input[name=why]", "приказ 412")
	office.clicks(t, ".service-form button.primary")
	office.misses(t, ".service-form")
	office.reads(t, `#service-history tr[data-version="2"]`, "приказ 412")
	office.clicks(t, "#compare")
	office.reads(t, `#service-difference tr[data-field="ru.short"] ins`, "10 минут")
	eventually(t, patience, func() bool {
		return value[bool](t, office, `fetch('/desk/services?language=ru&q=001').then((a) => a.json()).then(({services}) => services[0].short.includes('10 минут'))`)
	}, func() string { return "the new text is not told" })
	s.sends(t, "+77010000004", "001")
	s.gets(t, "+77010000004", "001 Адресная справка: 10 минут, бесплатно.")

	office.clicks(t, "#service .back")
	for _, said := range []struct{ language, form string }{{"en", `^since \d\d\.`}, {"kk", `^\d\d\.\d\d\.\d{4} бастап$`}, {"ru", `^с \d\d\.`}} {
		office.clicks(t, ".languages button[lang="+said.language+"]")
		eventually(t, patience, func() bool {
			return regexp.MustCompile(said.form).MatchString(value[string](t, office, `document.querySelector('tr[data-kind=review_due] td:nth-child(4)').innerText`))
		}, func() string { return "no day in " + said.language })
	}
	office.clicks(t, `tr[data-kind=review_due] .mend`)
	office.sees(t, "#service-review_by:focus")
	office.clicks(t, ".service-form button.plain")
	office.clicks(t, "#service-reviewed button")
	office.reads(t, `#service-history tr[data-version="3"]`, "Проверено")
	office.types(t, "#service-end input[name=why]", "услуги больше нет")
	office.clicks(t, "#service-end button.danger")
	office.reads(t, `#service-history tr[data-version="4"]`, "Действует до")
	require.Equal(t, "3 t", pgtest.Value[string](t, s.database,
		`SELECT concat_ws(' ', count(*) FILTER (WHERE by LIKE 'agent:%'), bool_or(valid_until < '2027-12-31')) FROM service_versions WHERE service = '001'`))
}

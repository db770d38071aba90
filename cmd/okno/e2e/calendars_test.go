package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator writes down a holiday at the desk: what cannot be is marked, and what was saved is a new version.
func TestCalendarsAreKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	office := administers(t, o, url)
	office.clicks(t, "#section-calendars")
	office.reads(t, `#calendars tr[data-calendar=kazakhstan]`, "все прочие ведомства")
	office.clicks(t, `#calendars tr[data-calendar=kazakhstan] .change`)
	office.types(t, `#calendar-form [data-year="2026"] .short`, "2026-12-31 часок")
	office.types(t, "#calendar-form input[name=why]", "перед праздником")
	office.clicks(t, "#calendar-form button.primary")
	office.sees(t, `#calendar-form [data-year="2026"] .wrong`)
	require.Empty(t, office.violations(t, "html"))
	office.clears(t, `#calendar-form [data-year="2026"] .short`)
	office.types(t, `#calendar-form [data-year="2026"] .short`, "2026-12-31 1h")
	office.picture(t, "desk-calendars.png")
	office.clicks(t, "#calendar-form button.primary")
	office.misses(t, "#calendar-form")
	require.Equal(t, "1h", pgtest.Value[string](t, url, `SELECT definition #>> '{years,2026,short,2026-12-31}' FROM calendars JOIN calendar_versions USING (name, version) WHERE name = 'kazakhstan'`))
}

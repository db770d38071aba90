package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// The layout stands still: nothing is cut off or out of reach on a small screen or at twice the size, whatever people write.
func TestTheLayoutStandsStill(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	height := func() float64 { return value[float64](t, s.desk, `document.querySelector('.topbar').offsetHeight`) }
	before := height()
	const citizen = "+77010000004"
	s.talks(t, citizen)
	require.Equal(t, before, height(), "the top bar keeps its height")
	for n := range 5 {
		s.desk.clicks(t, ".cases .open-case")
		s.desk.pastes(t, ".cases input[name=subject]", fmt.Sprintf("%d%s", n, strings.Repeat("ж", 190)))
		s.desk.clicks(t, ".cases form .primary")
		s.desk.misses(t, ".cases form")
	}
	s.sends(t, citizen, strings.Repeat("щ", 300))
	s.sends(t, citizen, "\u202eслева направо \u2067مرحبا بالعالم")
	s.desk.reads(t, ".thread", "مرحبا")
	s.desk.reads(t, ".cases", "4ж")
	for _, size := range []struct {
		width, height int64
		scale         float64
	}{{1440, 900, 1}, {1024, 768, 1}, {640, 450, 2}} { // the last is 1280 × 900 at 200 %
		s.desk.do(t, "resize", chromedp.EmulateViewport(size.width, size.height, chromedp.EmulateScale(size.scale)))
		out := value[[]string](t, s.desk, `(() => {
			const scrolls = (e) => e && e !== document.body && (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
			return [...document.querySelectorAll('button, input, textarea, select, .bubble, .case, h1, h2')].filter((e) => {
				const b = e.getBoundingClientRect()
				return b.width > 0 && !e.closest('.visually-hidden') && (b.right > innerWidth + 1 || b.left < -1) && !scrolls(e.parentElement)
			}).map((e) => e.tagName + '.' + e.className + ' to ' + Math.round(e.getBoundingClientRect().right))
		})()`)
		require.Empty(t, out, "%d px", size.width)
		require.Empty(t, value[[]string](t, s.desk, `[...document.querySelectorAll('.topbar > *')].filter((e) => e.scrollWidth > e.clientWidth + 1)
			.map((e) => e.className + ' ' + e.innerText)`), "%d px: it runs into its neighbour", size.width)
		require.LessOrEqual(t, value[int64](t, s.desk, `document.documentElement.scrollWidth`), size.width)
		s.desk.picture(t, fmt.Sprintf("desk-%d.png", size.width))
	}
}

// Forms speak the desk's language, whatever the browser's is; what becomes of a case stands in the timeline, with what the citizen is told of it.
func TestFormsAndTheTimelineSpeakTheDesksLanguage(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	says := func(selector, want string) {
		t.Helper()
		s.desk.clicks(t, ".cases form .primary")
		require.Equal(t, want, value[string](t, s.desk, fmt.Sprintf(`document.querySelector(%s).validationMessage`, quoted(selector))))
	}
	s.desk.clicks(t, ".cases .open-case")
	says(".cases input[name=subject]", "Заполните это поле")
	s.desk.types(t, ".cases input[name=subject]", "Ошибка в отчестве")
	s.desk.types(t, ".cases input.day", "31.02.2099")
	says(".cases input.day", "Напишите день так: 28.11.2026")
	s.desk.clears(t, ".cases input.day")
	s.desk.types(t, ".cases input.day", "1.2.2020")
	says(".cases input.day", "Этот день уже прошёл")
	s.desk.clicks(t, ".languages button[lang=kk]")
	says(".cases input.day", "Бұл күн өтіп кетті")
	s.desk.clicks(t, ".languages button[lang=ru]")
	s.desk.clears(t, ".cases input.day")
	s.desk.types(t, ".cases input.day", "01.02.2099")
	s.desk.clicks(t, ".cases form .primary")
	s.desk.reads(t, ".cases .case", "01.02.2099")
	s.desk.reads(t, ".thread .move", "Зарегистрировано")

	// The case moves elsewhere: it stands in the timeline with what the citizen got by SMS.
	number := pgtest.Value[string](t, s.database, `SELECT number FROM cases ORDER BY opened_at DESC LIMIT 1`)
	s.desk.clicksOn(t, `[...document.querySelectorAll('.cases .case')].find((e) => e.innerText.includes('Ошибка в отчестве'))?.querySelector('.row.muted button')`)
	s.desk.chooses(t, `.cases select[name=to]`, "accepted")
	s.desk.types(t, `.cases input[name=why]`, "Проверено")
	s.desk.types(t, `.cases input[name=tell]`, "Ваше заявление принято")
	s.desk.clicks(t, ".cases form .primary")
	s.desk.reads(t, ".thread", number+": Зарегистрировано → Принято · Проверено")
	s.desk.reads(t, ".thread", "✉ Ваше заявление принято")
	s.desk.clicks(t, ".head .national_number")
	s.desk.sees(t, ".reveal input[name=reason]")
	require.Empty(t, s.desk.violations(t, ".head"))
	s.desk.clicks(t, ".reveal .reason-form")
	s.desk.reads(t, ".head span.national_number", "040")
	require.Equal(t, "Заполнить заявление", pgtest.Value[string](t, s.database, `SELECT detail ->> 'reason' FROM audit WHERE action = 'citizen.reveal'`))
	s.desk.clicks(t, ".languages button[lang=kk]")
	s.desk.reads(t, ".thread .move", "Қабылданды")
	s.desk.picture(t, "desk-kk.png")
	s.desk.clicks(t, ".languages button[lang=en]")
	s.desk.reads(t, ".thread .move", "Accepted")
	s.desk.runs(t, `document.documentElement.dataset.theme = 'dark'`)
	s.desk.picture(t, "desk-en.png")
	s.desk.runs(t, `document.documentElement.dataset.theme = 'light'`)
	s.desk.clicks(t, ".languages button[lang=ru]")
	s.gets(t, citizen, "Ваше заявление принято")

	// A letter folds.
	s.sends(t, citizen, strings.Repeat("письмо ", 300)+"конец")
	s.desk.reads(t, ".thread .unfold", "Показать целиком")
	require.NotContains(t, value[string](t, s.desk, `document.querySelector('.thread').innerText`), "конец")
	s.desk.clicks(t, ".thread .unfold")
	s.desk.reads(t, ".thread", "конец")
}

// One message has one size: how many segments it takes and what they cost, a warning, and a limit beyond which it does not go.
func TestAReplyHasASize(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.talks(t, "+77010000004")
	for _, row := range []struct {
		letters int
		shows   string
		many    bool
	}{{70, "1 SMS · 9.50 KZT", false}, {71, "2 SMS · 19 KZT", false}, {3 * 67, "3 SMS · 28.50 KZT", true}, {5*67 + 1, "6 SMS > 5 · 57 KZT", true}} {
		s.desk.clears(t, ".reply textarea")
		s.desk.pastes(t, ".reply textarea", strings.Repeat("ж", row.letters))
		s.desk.reads(t, ".segments", row.shows)
		require.Equal(t, row.many, value[bool](t, s.desk, `document.querySelector('.segments').classList.contains('many')`), row.shows)
		require.Equal(t, row.letters > 5*67, value[bool](t, s.desk, `document.querySelector('.reply button.primary').disabled`))
	}
}

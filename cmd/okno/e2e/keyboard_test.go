package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// Nothing takes the focus while somebody writes: an offer has a key of its own, and then the focus is where the work begins.
func TestNothingStealsTheFocus(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen, other = "+77010000004", "+77010000002"
	s.talks(t, citizen)
	s.desk.focusIn(t, ".reply textarea")
	s.desk.types(t, ".reply textarea", "Пишу")
	s.sends(t, other, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	s.desk.do(t, "write on", chromedp.KeyEvent(" дальше"))
	s.desk.holds(t, ".reply textarea", "Пишу дальше")
	s.desk.sees(t, ".offer .accept")
	s.desk.do(t, "accept", chromedp.KeyEvent(kb.F2))
	s.desk.misses(t, ".offer")
	s.desk.focusIn(t, ".reply textarea")
	s.desk.holds(t, ".reply textarea", "")

	// A word in the thread that is not in front is marked, and counted in the title.
	s.sends(t, citizen, "Вы тут?")
	s.desk.reads(t, ".contacts .unseen", "1 новых")
	require.Equal(t, "(1) Okno", value[string](t, s.desk, `document.title`))
	s.desk.clicks(t, ".contacts li:first-child button")
	s.desk.misses(t, ".contacts .unseen")
	require.Equal(t, "Okno", value[string](t, s.desk, `document.title`))
}

// By two keys one is anywhere: whatever is typed finds what begins so, and an offer that comes meanwhile is accepted as always.
func TestWhatIsNamedIsFound(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen, other = "+77010000004", "+77010000002"
	press := func(keys string, with ...chromedp.KeyOption) {
		t.Helper()
		s.desk.do(t, "press "+keys, chromedp.KeyEvent(keys, with...))
	}
	// A question mark as a keyboard gives it: one event with its sign, which goes nowhere else if the page takes it.
	question := func() {
		t.Helper()
		calls(t, s.desk, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "?", Text: "?"})
	}
	asks := func() {
		t.Helper()
		question()
		s.desk.focusIn(t, ".palette input")
		s.desk.holds(t, ".palette input", "")
	}
	s.talks(t, citizen)
	s.desk.focusIn(t, ".reply textarea")
	question()
	s.desk.holds(t, ".reply textarea", "?") // what is written stays where it is written
	press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	s.desk.focusIn(t, ".palette input")
	s.desk.reads(t, ".palette dl", "принять предложенное")
	s.desk.picture(t, "desk-commands.png")
	press(kb.Escape)
	s.desk.misses(t, ".palette")
	s.desk.focusIn(t, ".reply textarea")

	press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	press("усл" + kb.Enter)
	s.desk.sees(t, "#catalogue")
	s.desk.misses(t, ".palette")
	s.desk.focusIn(t, "body")
	asks()
	press("нет такого")
	s.desk.reads(t, ".palette [role=status]", "Ничего не найдено")
	press(kb.Enter)
	s.desk.misses(t, ".palette")
	asks()
	press("контакт")
	press(kb.Enter) // a person of theirs comes first
	s.desk.sees(t, ".thread")
	asks()
	press("действие" + kb.ArrowDown)
	s.desk.reads(t, ".palette [aria-selected=true]", "Найти")
	press(kb.Enter)
	s.desk.focusIn(t, ".search input")

	s.sends(t, other, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	s.desk.focusIn(t, ".palette input")
	press(kb.F2)
	s.desk.misses(t, ".offer")
	s.desk.focusIn(t, ".reply textarea")
	s.desk.misses(t, ".palette")
}

// focusIn waits until an element has the focus.
func (p *page) focusIn(t *testing.T, selector string) {
	t.Helper()
	eventually(t, patience, func() bool {
		return value[bool](t, p, fmt.Sprintf(`document.activeElement === document.querySelector(%s)`, quoted(selector)))
	}, func() string { return "the focus is not in " + selector })
}

// holds waits until a field has a value.
func (p *page) holds(t *testing.T, selector, want string) {
	t.Helper()
	var there string
	eventually(t, patience, func() bool {
		there = value[string](t, p, fmt.Sprintf(`document.querySelector(%s)?.value ?? '(no field)'`, quoted(selector)))
		return there == want
	}, func() string { return fmt.Sprintf("%s has %q, and not %q", selector, there, want) })
}

// A whole shift by keyboard alone: log in, become available, answer, write, note, open and move a case, file, take a break, log out.
func TestAShiftByKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	press := func(keys string) {
		t.Helper()
		s.desk.do(t, "press "+keys, chromedp.KeyEvent(keys))
	}
	// reach goes on with Tab until an element has the focus.
	reach := func(selector string) {
		t.Helper()
		s.desk.sees(t, selector)
		for range 80 {
			if value[bool](t, s.desk, fmt.Sprintf(`document.activeElement?.matches(%s) ?? false`, quoted(selector))) {
				return
			}
			press(kb.Tab)
		}
		require.Fail(t, "no key leads there", selector)
	}
	is := func(query, want string) {
		t.Helper()
		var found string
		eventually(t, patience, func() bool {
			found = pgtest.Opened[string](t, s.database, query)
			return found == want
		}, func() string { return found + ", and not " + want })
	}
	const status = `SELECT status || ' ' || status_reason FROM agents WHERE login = 'aliya'`
	reach(".logout")
	press(kb.Enter)
	reach("input[name=login]")
	press("aliya")
	reach("input[name=password]")
	press("okno-demo" + kb.Enter)
	s.desk.reads(t, "#connection-lamp", "На связи")
	reach("#status")
	press(kb.Home)
	is(status, "available ")

	s.sends(t, citizen, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	press(kb.F2)
	s.desk.focusIn(t, ".reply textarea")
	press("Слушаю вас" + kb.Enter)
	s.gets(t, citizen, "Слушаю вас")
	reach(".cases .open-case")
	press(kb.Enter)
	reach(".cases input[name=subject]")
	press("Ошибка в отчестве" + kb.Enter)
	is(`SELECT subject || ' ' || state FROM cases ORDER BY opened_at DESC LIMIT 1`, "Ошибка в отчестве registered")
	reach("form.note textarea")
	press("Позвонить завтра")
	reach("form.note button")
	press(kb.Enter)
	s.desk.reads(t, ".thread", "Позвонить завтра")
	reach("button.finish")
	press(kb.Enter)
	reach(`.wrapup input[type=radio]`)
	press(" ")
	reach(".wrapup button.file")
	press(kb.Enter)
	s.desk.misses(t, ".wrapup")
	require.NotEmpty(t, pgtest.Value[string](t, s.database, `SELECT disposition FROM contacts ORDER BY id DESC LIMIT 1`))
	reach("#status")
	press(kb.ArrowDown)
	is(status, "paused break")
	reach(".logout")
	press(kb.Enter)
	s.desk.sees(t, "input[name=login]")
	is(status, "offline ")
}

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"okno/internal/postgres/pgtest"
)

// An operator answers by canned replies, found as they are typed and filled with what the desk knows; one that it cannot fill is not offered.
func TestCannedRepliesInAThread(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000002" // who has cases
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", "/ста")
	s.desk.reads(t, "#canned [aria-selected=true]", "рассматривается")
	s.desk.picture(t, "desk-canned.png")
	s.desk.do(t, "take", chromedp.KeyEvent(kb.Enter))
	s.desk.misses(t, "#canned")
	s.desk.do(t, "send", chromedp.KeyEvent(kb.Enter))
	number := pgtest.Value[string](t, s.database, `SELECT number FROM cases WHERE service = '005'`)
	number = number[:3] + " " + number[3:6] + " " + number[6:]
	s.gets(t, citizen, "Ваше дело "+number+" рассматривается. Когда статус изменится, вам придёт SMS.")

	s.desk.types(t, ".reply textarea", "/чем могу")
	s.desk.reads(t, "#canned [aria-selected=true]", "/привет")
	s.desk.do(t, "escape", chromedp.KeyEvent(kb.Escape))
	s.desk.misses(t, "#canned")
	s.desk.types(t, ".reply textarea", "/спа")
	s.desk.sees(t, "#canned [aria-selected=true]")
	s.desk.do(t, "take and send", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	s.gets(t, citizen, "Спасибо за обращение! Если появятся вопросы, напишите на этот номер.")
	s.desk.clicks(t, "button.finish")
	s.desk.files(t, "resolved")

	const stranger = "+77015550099"
	s.talks(t, stranger)
	s.desk.types(t, ".reply textarea", "/статус")
	s.desk.sees(t, "#canned [aria-disabled=true]")
	s.desk.do(t, "try", chromedp.KeyEvent(kb.Enter))
	s.desk.holds(t, ".reply textarea", "/статус")
	s.desk.sees(t, ".reply button.primary:disabled")
}

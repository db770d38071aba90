package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// Beside a contact stands what helps to answer: the service at hand with the operator's script, and whatever is looked for. One key sends it.
func TestKnowledgeBesideAThread(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000002" // who has a case about service 005
	s.talks(t, citizen)
	s.desk.reads(t, "#known [aria-selected=true]", "005")
	s.desk.reads(t, ".known .script", "Спросите: какой адрес")
	require.Empty(t, s.desk.violations(t, ".knowledge"))
	s.desk.do(t, "focus", chromedp.KeyEvent(kb.F4))
	s.desk.sees(t, ".knowledge input:focus")
	s.desk.runs(t, `document.querySelector('.knowledge').scrollIntoView()`)
	s.desk.picture(t, "desk-knowledge.png")

	s.desk.types(t, ".knowledge input", "/спа")
	s.desk.reads(t, "#known [aria-selected=true]", "/")
	s.desk.do(t, "send at once", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	s.gets(t, citizen, "Спасибо за обращение! Если появятся вопросы, напишите на этот номер.")

	s.desk.types(t, ".knowledge input", "031")
	s.desk.reads(t, "#known [aria-selected=true]", "031")
	s.desk.sees(t, ".known dl")
	s.desk.do(t, "into the reply", chromedp.KeyEvent(kb.Enter))
	s.desk.sees(t, ".reply textarea:focus")
	s.desk.sees(t, ".reply button.primary:not(:disabled)")
}

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator changes a text at the desk: a mistake is marked at its node, a tryout has the new text, once it is published an SMS gets it,
// and once it is rolled back the text before.
func TestDialoguesAreEditedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	office := administers(t, s.okno, s.database)
	office.clicks(t, "#section-dialogues")
	replaces := func(file, old, instead string) {
		t.Helper()
		office.clicks(t, fmt.Sprintf(`.tabs [data-file=%q]`, file))
		office.sees(t, fmt.Sprintf(`.numbered textarea[aria-label=%q]`, file))
		require.True(t, value[bool](t, office, fmt.Sprintf(`(() => {
			const e = document.querySelector('.numbered textarea')
			const at = e.value.indexOf(%[1]s)
			e.focus()
			e.setSelectionRange(at, at + %[1]s.length)
			return at >= 0 && document.execCommand('insertText', false, %[2]s)
		})()`, quoted(old), quoted(instead))), "%s has no %s", file, old)
	}
	const help, better = "ИНФО код или слова, СТАТУС номер, ОПЕРАТОР, СТОП. Звонок: 1414", "ИНФО шифр или слова, СТАТУС номер, ОПЕРАТОР, СТОП. Звонок: 1414"
	const aside = "{word: word.help, aside: true, to: help}"

	office.sees(t, `[data-node=understand]`)
	replaces("dialogue.yaml", aside, "{word: word.help, aside: true, to: nowhere}")
	office.sees(t, `[data-node=understand].faulty`)
	for _, said := range []struct{ language, text string }{{"en", "leads to nowhere, which is not there"}, {"kk", "nowhere түйініне апарады"}, {"ru", "ведёт к nowhere, а такого узла нет"}} {
		office.clicks(t, ".languages button[lang="+said.language+"]")
		office.reads(t, "#dialogue-findings", said.text)
	}
	office.sees(t, "#dialogue-publish button:disabled")
	office.picture(t, "desk-dialogues.png")
	replaces("dialogue.yaml", "to: nowhere}", "too: help}")
	for _, said := range []struct{ language, text string }{{"en", "unknown key too"}, {"kk", "белгісіз кілт: too"}, {"ru", "неизвестный ключ too; исправьте или уберите его"}} {
		office.clicks(t, ".languages button[lang="+said.language+"]")
		office.reads(t, "#dialogue-findings", said.text)
	}
	replaces("dialogue.yaml", "too: help}", "to: help}")
	office.misses(t, ".faulty")
	office.runs(t, `document.querySelector('[data-node=help]').dispatchEvent(new MouseEvent('click', {bubbles: true}))`)
	office.reads(t, "#dialogue-node", "help")

	replaces("texts/ru.yaml", help, better)
	office.reads(t, "#dialogue-diff ins", better)
	office.do(t, "reload", chromedp.Reload())
	office.clicks(t, "#section-dialogues")
	office.reads(t, "#dialogue-diff ins", better) // the draft is there again
	office.clicks(t, "#dialogue-tryout .begin")
	office.types(t, "#dialogue-tryout form input", "помощь\r")
	office.reads(t, "#dialogue-tryout .okno", better)

	office.types(t, "#dialogue-publish input[name=why]", "вежливее")
	office.clicks(t, "#dialogue-publish button")
	office.reads(t, "#dialogue-versions", "вежливее")
	office.reads(t, "#dialogue-versions .chip", "действует")
	s.exchange(t, "+77015550071", "ПОМОЩЬ", better)
	require.Contains(t, s.run(t, "dialogue", "versions"), "вежливее")
	office.clicks(t, `#dialogue-versions tr[data-version=own] .roll-back`)
	office.types(t, "#dialogue-versions input[name=why]", "как было")
	office.clicks(t, "#dialogue-versions form .primary")
	office.reads(t, "#dialogue-versions tr[data-version=own] .chip", "действует")
	s.exchange(t, "+77015550072", "ПОМОЩЬ", help)

	today := time.Now().UTC()
	s.run(t, "report", "rebuild", "--from", today.AddDate(0, 0, -1).Format(time.DateOnly), "--to", today.Format(time.DateOnly))
	office.clicks(t, "#dialogue-funnel")
	office.sees(t, `[data-node=help] .flow`)

	folder := t.TempDir()
	s.run(t, "dialogue", "export", pgtest.Value[string](t, s.database, `SELECT version FROM dialogue_publications ORDER BY id LIMIT 1`), folder)
	s.run(t, "dialogue", "publish", folder, "--why", "всё-таки")
	office.reads(t, "#dialogue-versions", "всё-таки") // whoever looks sees what others publish
}

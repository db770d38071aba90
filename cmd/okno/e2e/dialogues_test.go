package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator changes a text at the desk: a mistake is marked at its node, and keeps the dialogue from being tried and published, a tryout
// has the new text, once it is published an SMS gets it, and once it is rolled back the text before.
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

	// Whoever publishes before the check has answered is told as the check would: here it does not get through.
	calls(t, office, network.Enable, network.EnableParams{})
	calls(t, office, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/desk/dialogue/check", Block: true}}})
	replaces("texts/ru.yaml", better, "{name}"+better)
	office.reads(t, "#dialogue-diff ins", "{name}"+better)
	office.types(t, "#dialogue-publish input[name=why]", "вежливее")
	office.clicks(t, "#dialogue-publish button")
	office.reads(t, "#dialogues > [role=alert]", "В диалоге есть замечания (1090)")
	office.clicks(t, "#dialogue-tryout .begin")
	broken := fmt.Sprintf("texts/ru.yaml:%d ", 1+value[int](t, office, `document.querySelector('.numbered textarea').value.split('{name}')[0].split('\n').length - 1`))
	for _, said := range []struct{ language, text string }{
		{"en", "text help: {name} has no type; write {name:type}"}, {"kk", "help мәтіні: {name} түрі жоқ"}, {"ru", "текст help: у {name} нет типа"},
	} {
		office.clicks(t, ".languages button[lang="+said.language+"]")
		office.reads(t, "#dialogue-refused", broken+said.text)
		office.reads(t, "#dialogue-tryout .findings", broken+said.text)
	}
	office.clicks(t, "#dialogue-refused button")
	require.Contains(t, value[string](t, office, `(() => { const e = document.activeElement; return e.value.slice(e.selectionStart, e.selectionEnd) })()`), "{name}")
	calls(t, office, network.SetBlockedURLs, network.SetBlockedURLsParams{})
	replaces("texts/ru.yaml", "{name}"+better, better)
	office.misses(t, "#dialogue-refused")
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

	// A version that an older Okno let through is examined anew before it is published again.
	pgtest.Exec(t, s.database, `INSERT INTO dialogues (version, name, source) SELECT 'older', name,
		jsonb_set(source, '{texts/ru.yaml}', to_jsonb(replace(source->>'texts/ru.yaml', '"Единый контактный центр."', '"{name}"'))) FROM dialogues LIMIT 1;
		INSERT INTO dialogue_publications (id, version, by, why) OVERRIDING SYSTEM VALUE VALUES (0, 'older', 'agent:1', 'давно')`)
	office.clicks(t, `#dialogue-versions tr[data-version=older] .roll-back`)
	office.types(t, "#dialogue-versions input[name=why]", "снова")
	office.clicks(t, "#dialogue-versions form .primary")
	office.reads(t, "#dialogue-refused", "texts/ru.yaml:2 текст greeting: у {name} нет типа")
	office.misses(t, "#dialogue-refused button") // it is not the file in the editor
}

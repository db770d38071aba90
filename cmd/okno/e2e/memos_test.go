package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An operator names a colleague in a note on a case; the colleague is told at once, reads it, and answers; the answer is counted until it is read.
func TestColleaguesWriteToEachOther(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := opensCase(t, o)
	chief := browse(t, o.http+"/desk/", recorded(operatorSays))
	chief.logsIn(t, "saule", demoPassword)
	chief.sees(t, "#section-memos")

	desk.types(t, ".case-note textarea", "нужна подпись, @sau")
	desk.reads(t, "#case-note-mentions [aria-selected=true]", "@saule")
	desk.runs(t, `document.querySelector('#case-note-mentions [aria-selected=true]').dispatchEvent(new MouseEvent('mousedown', {bubbles: true}))`)
	desk.holds(t, ".case-note textarea", "нужна подпись, @saule ")
	desk.clicks(t, ".case-note button")
	desk.reads(t, "#opened-case .history .noted", "нужна подпись")
	chief.reads(t, "#told", "Вам пишет коллега")
	chief.reads(t, "#section-memos .count", "1")
	chief.clicks(t, "#section-memos")
	chief.clicks(t, `#memos button[data-login=aliya]`)
	chief.reads(t, "#memos .thread", "нужна подпись")
	chief.misses(t, "#section-memos .count")
	chief.types(t, "#memos .reply textarea", "подпишу после обеда")
	chief.do(t, "send", chromedp.KeyEvent(kb.Enter))
	chief.reads(t, "#memos .thread .ours", "подпишу после обеда")
	require.Empty(t, chief.violations(t, "html"))
	chief.picture(t, "desk-memos.png")

	desk.reads(t, "#section-memos .count", "1")
	desk.clicks(t, "#section-memos")
	desk.clicks(t, `#memos button[data-login=saule]`)
	desk.reads(t, "#memos .thread .theirs", "подпишу после обеда")
	desk.misses(t, "#section-memos .count")
}

package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An operator takes a case from the list, adds a file, reads it back, links the case, splits it, and takes the link and the file back.
func TestACaseIsWorkedOnAtThePage(t *testing.T) {
	t.Parallel()
	url, folder := pgtest.URL(t), filepath.Join(t.TempDir(), "attachments")
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\nattachments: {dir: %q}\n", url, folder))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.types(t, "input[name=login]", "aliya")
	desk.types(t, "input[name=password]", "okno-demo")
	desk.clicks(t, "form button.primary")
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#view-due")
	desk.clicks(t, "#worklist .take")
	desk.sees(t, "#opened-case .subject")
	number := value[string](t, desk, `document.querySelector('#worklist tr[data-number] .open').closest('tr').dataset.number`)
	other := pgtest.Value[string](t, url, `SELECT number FROM cases WHERE number <> $1 LIMIT 1`, number)

	choose := func(content string) {
		require.True(t, value[bool](t, desk, fmt.Sprintf(`(() => {
			const input = document.querySelector('#opened-case input[type=file]'), files = new DataTransfer()
			files.items.add(new File([%s], 'акт.txt'))
			input.files = files.files
			return input.files.length === 1
		})()`, content)))
		desk.clicks(t, "#opened-case .attachments button")
	}
	choose("new Uint8Array(21 << 20)")
	desk.sees(t, "#opened-case .attachments .wrong")
	choose("'содержание акта '.repeat(100000)") // 3 MB: more than any other request may have
	desk.reads(t, "#opened-case .attachments li a", "акт.txt")
	require.Equal(t, "содержание акта содержание", value[string](t, desk, `fetch(document.querySelector('#opened-case .attachments li a').href).then((r) => r.text()).then((s) => s.slice(0, 26))`))
	desk.reads(t, "#opened-case .history", "+ акт.txt")

	desk.clicks(t, "#opened-case .link-case summary")
	desk.types(t, "#opened-case input[name=other]", other)
	desk.types(t, "#opened-case .link-case form:first-of-type input[name=why]", "одно дело")
	desk.clicks(t, "#opened-case button[value=link]")
	desk.reads(t, "#opened-case .case-links", other[:3]+" "+other[3:6]+" "+other[6:])
	desk.types(t, "#opened-case .split-case input[name=subject]", "Отдельное дело")
	desk.types(t, "#opened-case .split-case textarea", "Весь текст отдельного дела.")
	desk.types(t, "#opened-case .split-case input[name=why]", "другое ведомство")
	desk.clicks(t, "#opened-case .split-case button")
	desk.reads(t, "#opened-case .case-links", "Из него выделено")
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM case_links WHERE kind = 'split_from'`))
	desk.picture(t, "desk-case.png")

	desk.clicks(t, "#opened-case .case-links .unlink")
	desk.reads(t, "#opened-case .history", "no longer")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM case_links WHERE kind = 'related'`))
	desk.clicks(t, "#opened-case .remove-file summary")
	desk.types(t, "#opened-case .remove-file input[name=why]", "не тот акт")
	desk.clicks(t, "#opened-case .remove-file button")
	desk.reads(t, "#opened-case .history", "− акт.txt: не тот акт")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM case_attachments`))
}

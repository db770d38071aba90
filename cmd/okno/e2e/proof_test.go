package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
)

// sixDigits is a code in a message.
var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// A citizen writes from a number that nobody knows, hears the stage of the case, proves by a code to the bound number who writes, and gets
// the answer that was asked for.
func (w *world) proofBySMS(t *testing.T) {
	t.Parallel()
	const stranger, bound, iin = "+77015550039", "+77010000001", "850101400011"
	number := w.caseOf(t, bound, "in_progress")
	for _, said := range []string{"000101051361", iin} { // nobody's first: the same is said
		w.exchange(t, stranger, "СТАТУС "+number, w.write(ru, whole("status.stage").with("case", dialogue.TypeCaseNumber, number).
			with("stage", dialogue.TypePhrase, "stage.in_progress")))
		w.exchange(t, stranger, "1", w.write(ru, whole("verify.who")))
		w.exchange(t, stranger, said, w.write(ru, whole("verify.how")))
	}
	before := len(w.operator.Written(bound))
	w.exchange(t, stranger, "2", w.write(ru, whole("verify.code")))
	var code string
	eventually(t, patience, func() bool {
		code = sixDigits.FindString(strings.Join(w.operator.Written(bound)[before:], "\n"))
		return code != ""
	}, func() string { return "no code to the bound number" })
	w.exchange(t, stranger, code, w.write(ru, w.status(t, number)))
	require.Equal(t, 1, pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM audit WHERE action = 'identity.prove' AND detail->>'result' = 'proved'`))
}

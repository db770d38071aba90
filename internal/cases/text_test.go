package cases_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/cases"
)

func TestSubjectOf(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ё", 201)
	for text, want := range map[string]string{
		"":        "",
		" яма \n": "яма",
		"\n\nяма на дороге \r\nтретий месяц": "яма на дороге",
		long:               long[:2*199] + "…",
		long[2:] + "\nещё": long[2:],
	} {
		require.Equal(t, want, cases.SubjectOf(text))
	}
}

// Whatever is written, its subject is one that is accepted, unless there is nothing in it.
func TestASubjectOfATextIsAccepted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text") + rapid.StringN(0, 400, -1).Draw(t, "more")
		subject := cases.SubjectOf(text)
		if strings.TrimSpace(text) == "" {
			require.Empty(t, subject)
			return
		}
		checked, _, err := cases.CheckText(subject, "")
		require.NoError(t, err)
		require.Equal(t, subject, checked)
		require.LessOrEqual(t, utf8.RuneCountInString(subject), cases.MostSubject)
	})
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	_, _, err := cases.CheckText("  ", "")
	require.ErrorIs(t, err, cases.ErrSubject)
	_, _, err = cases.CheckText(strings.Repeat("ё", 201), "")
	require.ErrorIs(t, err, cases.ErrSubject)
	_, _, err = cases.CheckText("x", strings.Repeat("ё", cases.MostBody+1))
	require.ErrorIs(t, err, cases.ErrBody)
	subject, body, err := cases.CheckText(strings.Repeat("ё", 200), " "+strings.Repeat("ё", cases.MostBody)+"\n")
	require.NoError(t, err)
	require.Len(t, subject, 400)
	require.Len(t, body, 2*cases.MostBody)
}

package canned_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/canned"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

func TestAReplyIsChecked(t *testing.T) {
	t.Parallel()
	in := func(kk, ru, en string) map[dialogue.Language]string {
		return map[dialogue.Language]string{dialogue.Kazakh: kk, dialogue.Russian: ru, dialogue.English: en}
	}
	r := canned.Reply{Code: " Готово ", Texts: in("{case} дайын ", "Дело {case} готово, {citizen}.", "Case {case} is ready.")}
	require.NoError(t, r.Check())
	require.Equal(t, canned.Reply{Code: "готово", Texts: in("{case} дайын", "Дело {case} готово, {citizen}.", "Case {case} is ready.")}, r)
	for field, wrong := range map[string]canned.Reply{
		"code":     {Code: "два слова", Texts: in("а", "б", "c")},
		"texts.en": {Code: "a", Texts: in("а", "б", " ")},
		"texts.kk": {Code: "a", Texts: in(strings.Repeat("ә", 401), "б", "c")},
		"texts.ru": {Code: "a", Texts: in("а", "Дело {дело}", "c")},
		"texts":    {Code: "a", Texts: map[dialogue.Language]string{"de": "x"}},
	} {
		var said *fault.Error
		require.True(t, errors.As(wrong.Check(), &said), field)
		require.Equal(t, field, said.Field)
	}
	for _, text := range []string{"{case", "case}", "{}", "{{case}}"} {
		r := canned.Reply{Code: "a", Texts: in(text, text, text)}
		require.Error(t, r.Check(), text)
	}
}

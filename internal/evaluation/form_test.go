package evaluation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/evaluation"
	"okno/internal/fault"
)

func words(text string) map[dialogue.Language]string {
	return map[dialogue.Language]string{dialogue.Kazakh: text, dialogue.Russian: text, dialogue.English: text}
}

func fieldOf(err error) string {
	var said *fault.Error
	if !errors.As(err, &said) {
		return ""
	}
	return said.Field
}

func TestAFormIsChecked(t *testing.T) {
	t.Parallel()
	form := func(change func(*evaluation.Form)) *evaluation.Form {
		f := &evaluation.Form{Name: "polite", Title: words(" Вежливость "), Queues: []string{"tax", "general", "tax"},
			Questions: []evaluation.Question{{Texts: words("Поздоровались?"), Kind: evaluation.YesNo, Weight: 1, Critical: true}}}
		change(f)
		return f
	}
	f := form(func(*evaluation.Form) {})
	require.NoError(t, f.Check())
	require.Equal(t, "Вежливость", f.Title[dialogue.Russian])
	require.Equal(t, []string{"general", "tax"}, f.Queues)
	for field, change := range map[string]func(*evaluation.Form){
		"name":                 func(f *evaluation.Form) { f.Name = "Вежливость" },
		"title.kk":             func(f *evaluation.Form) { f.Title = map[dialogue.Language]string{"ru": "x", "en": "x"} },
		"questions":            func(f *evaluation.Form) { f.Questions = nil },
		"questions.0.texts.kk": func(f *evaluation.Form) { f.Questions[0].Texts = words(strings.Repeat("ә", 201)) },
		"questions.0.kind":     func(f *evaluation.Form) { f.Questions[0].Kind = "stars" },
		"questions.0.weight":   func(f *evaluation.Form) { f.Questions[0].Weight = 0 },
		"questions.0.critical": func(f *evaluation.Form) { f.Questions[0].Kind = evaluation.Scale },
	} {
		require.Equal(t, field, fieldOf(form(change).Check()))
	}
}

func TestWhatIsFilledInIsChecked(t *testing.T) {
	t.Parallel()
	questions := []evaluation.Question{{Kind: evaluation.YesNo, Weight: 1, Optional: true}, {Kind: evaluation.Scale, Weight: 1}}
	filled := func(first, second evaluation.Value, remark string) *evaluation.Filled {
		return &evaluation.Filled{Answers: []evaluation.Answer{{Value: first, Remark: remark}, {Value: second}}}
	}
	f := filled("not_applicable", "4", " не было повода ")
	require.NoError(t, f.Check(questions))
	require.Equal(t, "не было повода", f.Answers[0].Remark)
	require.Equal(t, "answers", fieldOf(f.Check(questions[:1])))
	require.Equal(t, "answers.0", fieldOf(filled("5", "4", "").Check(questions)))
	require.Equal(t, "answers.0", fieldOf(filled("", "4", "").Check(questions)))
	require.Equal(t, "answers.1", fieldOf(filled("yes", "not_applicable", "").Check(questions)), "it has to be answered")
	require.Equal(t, "answers.1", fieldOf(filled("yes", "6", "").Check(questions)))
	require.Equal(t, "answers.0", fieldOf(filled("yes", "4", strings.Repeat("я", 1001)).Check(questions)))

	require.NoError(t, (&evaluation.Reply{Agreed: true}).Check())
	require.NoError(t, (&evaluation.Reply{Remark: "Связь прерывалась"}).Check())
	require.Equal(t, "remark", fieldOf((&evaluation.Reply{Remark: " "}).Check()), "whoever does not agree says why")
}

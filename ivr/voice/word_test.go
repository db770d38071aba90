package voice

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/grammar"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const kk, ru, en = dialogue.Kazakh, dialogue.Russian, dialogue.English
	for _, test := range []struct {
		fragment dialogue.Fragment
		want     string // words, with a breath as | and a pause to write as ||
	}{
		{dialogue.Fragment{Kind: dialogue.Words, Language: kk, Text: "Сәлеметсіз бе"}, "Сәлеметсіз бе"},

		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: kk, Text: "031"}, "нөл үш бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: ru, Text: "031"}, "ноль три один"},
		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: en, Text: "0 3-1"}, "zero three one"},

		{dialogue.Fragment{Kind: dialogue.SpokenCase, Language: kk, Text: "123456786"},
			"бір екі үш | төрт бес алты | жеті сегіз алты"},
		{dialogue.Fragment{Kind: dialogue.SpokenCase, Language: en, Text: "1234"},
			"one two three | four"},

		{dialogue.Fragment{Kind: dialogue.SpokenSecret, Language: kk, Text: "031786"}, "нөл үш бір || жеті сегіз алты"},
		{dialogue.Fragment{Kind: dialogue.SpokenSecret, Language: ru, Text: "1234"}, "один два || три четыре"},
		{dialogue.Fragment{Kind: dialogue.SpokenSecret, Language: en, Text: "12345"}, "one two three || four five"},
		{dialogue.Fragment{Kind: dialogue.SpokenSecret, Language: en, Text: "12"}, "one two"},

		{dialogue.Fragment{Kind: dialogue.SpokenPhone, Language: en, Text: "+77012345678"},
			"seven | seven zero one | two three four | five six | seven eight"},
		{dialogue.Fragment{Kind: dialogue.SpokenPhone, Language: en, Text: "+4940123"}, "four nine four | zero one two | three"},

		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-12-05"}, "пятое декабря две тысячи двадцать шестого года"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-12-05", Form: grammar.Form{Short: true, Case: grammar.Genitive}}, "пятого декабря"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "скоро"}, "скоро"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "1000000000000"}, "1000000000000"},
	} {
		t.Run(string(test.fragment.Language)+" "+test.fragment.Text, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range words(test.fragment) {
				switch w.pause {
				case 0:
					got = append(got, w.text)
				case breath:
					got = append(got, "|")
				case codePause:
					got = append(got, "||")
				}
			}
			require.Equal(t, test.want, strings.Join(got, " "))
		})
	}
}

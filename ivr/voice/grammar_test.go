package voice

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const kk, ru, en = dialogue.Kazakh, dialogue.Russian, dialogue.English
	for _, test := range []struct {
		fragment dialogue.Fragment
		want     string // words, with recordings in brackets and a pause as |
	}{
		{dialogue.Fragment{Kind: dialogue.Words, Language: kk, Text: "Сәлеметсіз бе"}, "Сәлеметсіз бе"},

		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: kk, Text: "031"}, "нөл үш бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: ru, Text: "031"}, "[digits/0] [digits/3] [digits/1]"},
		{dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: en, Text: "0 3-1"}, "[digits/0] [digits/3] [digits/1]"},

		{dialogue.Fragment{Kind: dialogue.SpokenCase, Language: kk, Text: "123456786"},
			"бір екі үш | төрт бес алты | жеті сегіз алты"},
		{dialogue.Fragment{Kind: dialogue.SpokenCase, Language: en, Text: "1234"},
			"[digits/1] [digits/2] [digits/3] | [digits/4]"},

		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: kk, Text: "2026-12-05"}, "бесінші желтоқсан"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-12-05"}, "пятое декабря"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: en, Text: "2026-12-05"}, "December fifth"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-01-31"}, "тридцать первое января"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "скоро"}, "скоро"},

		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: kk, Text: "09:20"}, "сағат тоғыз жиырма минут"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: kk, Text: "14:00"}, "сағат он төрт"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "09:20"}, "[digits/9] часов [digits/20] минут"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "21:02"}, "[digits/20] [digits/1] час две минуты"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "12:41"}, "[digits/12] часов [digits/40] одна минута"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "11:00"}, "[digits/11] часов"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "09:20"}, "[digits/9] [digits/20] a.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "12:00"}, "[digits/12] o'clock p.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "00:05"}, "[digits/12] oh [digits/5] a.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "скоро"}, "скоро"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "0"}, "нөл"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "7"}, "жеті"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "11"}, "он бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "45"}, "қырық бес"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "100"}, "жүз"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "101"}, "жүз бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "999"}, "тоғыз жүз тоқсан тоғыз"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "0"}, "[digits/0]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "11"}, "[digits/11]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "21"}, "[digits/20] [digits/1]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "40"}, "[digits/40]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "100"}, "сто"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "219"}, "двести [digits/19]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "999"}, "девятьсот [digits/90] [digits/9]"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "13"}, "[digits/13]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "100"}, "[digits/1] [digits/hundred]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "342"},
			"[digits/3] [digits/hundred] [digits/40] [digits/2]"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "1000"}, "[digits/1] thousand"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "1000000000"}, "1000000000"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "2501.21 RUB"}, "две тысячи пятьсот [digits/1] рубль [digits/20] одна копейка"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "1 KZT"}, "[digits/1] тенге"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "1002000.05 KZT"}, "[digits/1] миллион две тысячи тенге [digits/5] тиынов"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: kk, Text: "21500 KZT"}, "жиырма бір мың бес жүз теңге"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "1.01 USD"}, "[digits/1] dollar [digits/1] cent"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "12000 KZT"}, "[digits/12] thousand tenge"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "12,000 KZT"}, "12,000 KZT"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "11000"}, "[digits/11] тысяч"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "2000000"}, "екі миллион"},
	} {
		t.Run(string(test.fragment.Language)+" "+test.fragment.Text, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range words(test.fragment) {
				switch {
				case w.pause:
					got = append(got, "|")
				case w.recorded != "":
					got = append(got, "["+w.recorded+"]")
				default:
					got = append(got, w.text)
				}
			}
			require.Equal(t, test.want, strings.Join(got, " "))
		})
	}
}

// Whatever the grammar says of a value is rendered ahead of time.
func TestVocabularyIsComplete(t *testing.T) {
	t.Parallel()
	known := map[word]bool{}
	for _, w := range vocabulary() {
		known[w] = true
	}
	for _, l := range dialogue.Languages {
		for n := range 1000 {
			for _, w := range number(l, n) {
				require.True(t, known[w], "%v of %d", w, n)
			}
		}
		require.Len(t, calendar[l].days, 31)
		require.Len(t, calendar[l].months, 12)
	}
}

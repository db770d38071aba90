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

		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: kk, Text: "2026-12-05"}, "бесінші желтоқсан"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-12-05"}, "пятое декабря"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: en, Text: "2026-12-05"}, "December fifth"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "2026-01-31"}, "тридцать первое января"},
		{dialogue.Fragment{Kind: dialogue.SpokenDate, Language: ru, Text: "скоро"}, "скоро"},

		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: kk, Text: "09:20"}, "сағат тоғыз жиырма минут"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: kk, Text: "14:00"}, "сағат он төрт"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "09:20"}, "девять часов двадцать минут"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "21:02"}, "двадцать один час две минуты"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "12:41"}, "двенадцать часов сорок одна минута"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: ru, Text: "11:00"}, "одиннадцать часов"},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "09:20"}, "nine twenty a.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "12:00"}, "twelve o'clock p.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "00:05"}, "twelve oh five a.m."},
		{dialogue.Fragment{Kind: dialogue.SpokenTime, Language: en, Text: "скоро"}, "скоро"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "0"}, "нөл"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "7"}, "жеті"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "11"}, "он бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "45"}, "қырық бес"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "100"}, "жүз"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "101"}, "жүз бір"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "999"}, "тоғыз жүз тоқсан тоғыз"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "0"}, "ноль"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "11"}, "одиннадцать"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "21"}, "двадцать один"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "40"}, "сорок"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "100"}, "сто"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "219"}, "двести девятнадцать"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "999"}, "девятьсот девяносто девять"},

		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "13"}, "thirteen"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "100"}, "one hundred"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "342"},
			"three hundred forty two"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "1000"}, "one thousand"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: en, Text: "1000000000"}, "1000000000"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "2501.21 RUB"}, "две тысячи пятьсот один рубль двадцать одна копейка"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "1 KZT"}, "один тенге"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: ru, Text: "1002000.05 KZT"}, "один миллион две тысячи тенге пять тиынов"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: kk, Text: "21500 KZT"}, "жиырма бір мың бес жүз теңге"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "1.01 USD"}, "one dollar one cent"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "12000 KZT"}, "twelve thousand tenge"},
		{dialogue.Fragment{Kind: dialogue.SpokenMoney, Language: en, Text: "12,000 KZT"}, "12,000 KZT"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: ru, Text: "11000"}, "одиннадцать тысяч"},
		{dialogue.Fragment{Kind: dialogue.SpokenCount, Language: kk, Text: "2000000"}, "екі миллион"},
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

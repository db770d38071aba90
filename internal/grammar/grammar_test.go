package grammar_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/grammar"
)

const kk, ru, en = grammar.Kazakh, grammar.Russian, grammar.English

// form reads "genitive feminine".
func form(t *testing.T, names string) grammar.Form {
	t.Helper()
	f, err := grammar.ParseForm(strings.Fields(names))
	require.NoError(t, err)
	return f
}

func TestSay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		language grammar.Language
		kind     grammar.Kind
		value    string
		form     string
		want     string
	}{
		// Cardinals. Kazakh says no "one" before a hundred and a thousand.
		{kk, grammar.Count, "0", "", "нөл"},
		{kk, grammar.Count, "11", "", "он бір"},
		{kk, grammar.Count, "45", "", "қырық бес"},
		{kk, grammar.Count, "100", "", "жүз"},
		{kk, grammar.Count, "1000", "", "мың"},
		{kk, grammar.Count, "1101", "", "мың жүз бір"},
		{kk, grammar.Count, "21000", "", "жиырма бір мың"},
		{kk, grammar.Count, "2000000", "", "екі миллион"},
		{kk, grammar.Count, "1001000001", "", "бір миллиард бір миллион бір"},
		{kk, grammar.Count, "999", "", "тоғыз жүз тоқсан тоғыз"},
		{ru, grammar.Count, "0", "", "ноль"},
		{ru, grammar.Count, "21", "", "двадцать один"},
		{ru, grammar.Count, "219", "", "двести девятнадцать"},
		{ru, grammar.Count, "1000", "", "одна тысяча"},
		{ru, grammar.Count, "2005", "", "две тысячи пять"},
		{ru, grammar.Count, "11000", "", "одиннадцать тысяч"},
		{ru, grammar.Count, "999999999999", "", "девятьсот девяносто девять миллиардов девятьсот девяносто девять миллионов девятьсот девяносто девять тысяч девятьсот девяносто девять"},
		{en, grammar.Count, "13", "", "thirteen"},
		{en, grammar.Count, "342", "", "three hundred and forty two"},
		{en, grammar.Count, "1005", "", "one thousand and five"},
		{en, grammar.Count, "1100", "", "one thousand one hundred"},
		{en, grammar.Count, "1000000020", "", "one billion and twenty"},

		// Russian by gender and case.
		{ru, grammar.Count, "1", "feminine", "одна"},
		{ru, grammar.Count, "1", "neuter", "одно"},
		{ru, grammar.Count, "22", "feminine", "двадцать две"},
		{ru, grammar.Count, "22", "neuter", "двадцать два"},
		{ru, grammar.Count, "21", "accusative feminine", "двадцать одну"},
		{ru, grammar.Count, "3", "genitive", "трёх"},
		{ru, grammar.Count, "5", "genitive", "пяти"},
		{ru, grammar.Count, "40", "genitive", "сорока"},
		{ru, grammar.Count, "8", "instrumental", "восемью"},
		{ru, grammar.Count, "90", "dative", "девяноста"},
		{ru, grammar.Count, "365", "genitive", "трёхсот шестидесяти пяти"},
		{ru, grammar.Count, "478", "instrumental", "четырьмястами семьюдесятью восемью"},
		{ru, grammar.Count, "500", "prepositional", "пятистах"},
		{ru, grammar.Count, "2000", "genitive", "двух тысяч"},
		{ru, grammar.Count, "1000", "accusative", "одну тысячу"},
		{ru, grammar.Count, "21000", "dative", "двадцати одной тысяче"},
		{ru, grammar.Count, "0", "genitive", "ноля"},

		// Kazakh by case: the end of the last word alone, by harmony and by its last sound.
		{kk, grammar.Count, "5", "ablative", "бестен"},
		{kk, grammar.Count, "6", "ablative", "алтыдан"},
		{kk, grammar.Count, "10", "ablative", "оннан"},
		{kk, grammar.Count, "40", "dative", "қырыққа"},
		{kk, grammar.Count, "50", "dative", "елуге"},
		{kk, grammar.Count, "50", "genitive", "елудің"},
		{kk, grammar.Count, "30", "genitive", "отыздың"},
		{kk, grammar.Count, "30", "instrumental", "отызбен"},
		{kk, grammar.Count, "3", "instrumental", "үшпен"},
		{kk, grammar.Count, "10", "instrumental", "онмен"},
		{kk, grammar.Count, "7", "accusative", "жетіні"},
		{kk, grammar.Count, "25", "locative", "жиырма бесте"},
		{kk, grammar.Count, "1000000000", "dative", "бір миллиардқа"},
		{kk, grammar.Count, "1000000", "genitive", "бір миллионның"},

		// Ordinals.
		{kk, grammar.Count, "1", "ordinal", "бірінші"},
		{kk, grammar.Count, "2", "ordinal", "екінші"},
		{kk, grammar.Count, "6", "ordinal", "алтыншы"},
		{kk, grammar.Count, "20", "ordinal", "жиырмасыншы"},
		{kk, grammar.Count, "40", "ordinal", "қырқыншы"},
		{kk, grammar.Count, "50", "ordinal", "елуінші"},
		{kk, grammar.Count, "214", "ordinal", "екі жүз он төртінші"},
		{kk, grammar.Count, "70", "ordinal dative", "жетпісіншіге"},
		{kk, grammar.Count, "9", "ordinal ablative", "тоғызыншыдан"},
		{ru, grammar.Count, "3", "ordinal", "третий"},
		{ru, grammar.Count, "3", "ordinal feminine accusative", "третью"},
		{ru, grammar.Count, "2", "ordinal", "второй"},
		{ru, grammar.Count, "30", "ordinal", "тридцатый"},
		{ru, grammar.Count, "110", "ordinal", "сто десятый"},
		{ru, grammar.Count, "9000", "ordinal", "девятитысячный"},
		{ru, grammar.Count, "40", "ordinal", "сороковой"},
		{ru, grammar.Count, "100", "ordinal neuter", "сотое"},
		{ru, grammar.Count, "214", "ordinal genitive", "двести четырнадцатого"},
		{ru, grammar.Count, "1995", "ordinal genitive", "тысяча девятьсот девяносто пятого"},
		{ru, grammar.Count, "1900", "ordinal", "тысяча девятисотый"},
		{ru, grammar.Count, "2000", "ordinal genitive", "двухтысячного"},
		{ru, grammar.Count, "2100", "ordinal genitive", "две тысячи сотого"},
		{ru, grammar.Count, "0", "ordinal", "нулевой"},
		{ru, grammar.Count, "1013", "ordinal", "тысяча тринадцатый"},
		{en, grammar.Count, "1", "ordinal", "first"},
		{en, grammar.Count, "12", "ordinal", "twelfth"},
		{en, grammar.Count, "20", "ordinal", "twentieth"},
		{en, grammar.Count, "42", "ordinal", "forty second"},
		{en, grammar.Count, "100", "ordinal", "one hundredth"},
		{en, grammar.Count, "214", "ordinal", "two hundred and fourteenth"},

		// Fractions and negative numbers.
		{ru, grammar.Count, "-5", "", "минус пять"},
		{ru, grammar.Count, "12.5", "", "двенадцать целых пять десятых"},
		{ru, grammar.Count, "21.01", "", "двадцать одна целая одна сотая"},
		{ru, grammar.Count, "0.250", "", "ноль целых двадцать пять сотых"},
		{ru, grammar.Count, "2.375", "genitive", "двух целых трёхсот семидесяти пяти тысячных"},
		{ru, grammar.Count, "7.0", "", "семь"},
		{kk, grammar.Count, "12.5", "", "он екі бүтін оннан бес"},
		{kk, grammar.Count, "0.05", "", "нөл бүтін жүзден бес"},
		{kk, grammar.Count, "-1", "", "минус бір"},
		{en, grammar.Count, "12.05", "", "twelve point zero five"},

		// Money.
		{ru, grammar.Money, "2501.21 RUB", "", "две тысячи пятьсот один рубль двадцать одна копейка"},
		{ru, grammar.Money, "1 KZT", "", "один тенге"},
		{ru, grammar.Money, "1002000.05 KZT", "", "один миллион две тысячи тенге пять тиынов"},
		{ru, grammar.Money, "22.01 RUB", "genitive", "двадцати двух рублей одной копейки"},
		{ru, grammar.Money, "1001 USD", "dative", "одной тысяче одному доллару"},
		{kk, grammar.Money, "21500 KZT", "", "жиырма бір мың бес жүз теңге"},
		{kk, grammar.Money, "5 KZT", "dative", "бес теңгеге"},
		{kk, grammar.Money, "5.50 KZT", "ablative", "бес теңге елу тиыннан"},
		{kk, grammar.Money, "5 RUB", "dative", "бес рубльге"},
		{en, grammar.Money, "1.01 USD", "", "one dollar one cent"},
		{en, grammar.Money, "12000 KZT", "", "twelve thousand tenge"},

		// Dates.
		{kk, grammar.Date, "2026-08-17", "", "екі мың жиырма алтыншы жылғы он жетінші тамыз"},
		{kk, grammar.Date, "2026-09-17", "short dative", "он жетінші қыркүйекке"},
		{kk, grammar.Date, "2026-03-20", "short ablative", "жиырмасыншы наурыздан"},
		{kk, grammar.Date, "2026-12-05", "short locative", "бесінші желтоқсанда"},
		{ru, grammar.Date, "2026-12-05", "", "пятое декабря две тысячи двадцать шестого года"},
		{ru, grammar.Date, "2026-01-31", "short", "тридцать первое января"},
		{ru, grammar.Date, "2026-01-31", "genitive", "тридцать первого января две тысячи двадцать шестого года"},
		{ru, grammar.Date, "2026-01-03", "short dative", "третьему января"},
		{en, grammar.Date, "2026-12-05", "", "December fifth twenty twenty six"},
		{en, grammar.Date, "2005-12-31", "", "December thirty first two thousand and five"},
		{en, grammar.Date, "1905-12-20", "", "December twentieth nineteen oh five"},
		{en, grammar.Date, "1900-12-20", "short", "December twentieth"},

		// Times of day.
		{kk, grammar.Time, "09:20", "", "сағат тоғыз жиырма минут"},
		{kk, grammar.Time, "14:00", "", "сағат он төрт"},
		{kk, grammar.Time, "14:00", "dative", "сағат он төртке"},
		{kk, grammar.Time, "09:20", "dative", "сағат тоғыз жиырма минутқа"},
		{ru, grammar.Time, "09:20", "", "девять часов двадцать минут"},
		{ru, grammar.Time, "21:02", "", "двадцать один час две минуты"},
		{ru, grammar.Time, "12:41", "", "двенадцать часов сорок одна минута"},
		{ru, grammar.Time, "09:00", "genitive", "девяти часов"},
		{ru, grammar.Time, "21:01", "genitive", "двадцати одного часа одной минуты"},
		{en, grammar.Time, "09:20", "", "nine twenty a.m."},
		{en, grammar.Time, "12:00", "", "twelve o'clock p.m."},
		{en, grammar.Time, "00:05", "", "twelve oh five a.m."},

		// Durations.
		{ru, grammar.Duration, "24h", "", "один день"},
		{ru, grammar.Duration, "48h", "", "два дня"},
		{ru, grammar.Duration, "120h", "", "пять дней"},
		{ru, grammar.Duration, "26h30m", "", "один день два часа тридцать минут"},
		{ru, grammar.Duration, "1m", "accusative", "одну минуту"},
		{ru, grammar.Duration, "5m", "genitive", "пяти минут"},
		{ru, grammar.Duration, "21m", "genitive", "двадцати одной минуты"},
		{ru, grammar.Duration, "0s", "", "ноль минут"},
		{kk, grammar.Duration, "72h", "", "үш күн"},
		{kk, grammar.Duration, "26h", "ablative", "бір күн екі сағаттан"},
		{kk, grammar.Duration, "5m", "dative", "бес минутқа"},
		{en, grammar.Duration, "25h1m1s", "", "one day one hour one minute one second"},
		{en, grammar.Duration, "2m", "", "two minutes"},
	} {
		f := form(t, test.form)
		require.True(t, grammar.Has(test.language, test.kind, f), "%s %s %s", test.language, test.kind, test.form)
		clips, ok := grammar.Say(test.language, test.kind, test.value, f)
		require.True(t, ok, "%s %s", test.kind, test.value)
		require.Equal(t, test.want, strings.Join(clips, " "), "%s %s %s %s", test.language, test.kind, test.value, test.form)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		language grammar.Language
		kind     grammar.Kind
		value    string
		form     string
		want     string
	}{
		{kk, grammar.Count, "5", "", "5"},
		{kk, grammar.Count, "5", "ablative", "5-тен"},
		{kk, grammar.Count, "40", "dative", "40-қа"},
		{kk, grammar.Count, "6", "ordinal", "6-шы"},
		{kk, grammar.Count, "214", "ordinal", "214-ші"},
		{kk, grammar.Count, "9", "ordinal dative", "9-шыға"},
		{ru, grammar.Count, "5", "genitive", "5"},
		{ru, grammar.Count, "2.5", "", "2,5"},
		{en, grammar.Count, "2.5", "", "2.5"},
		{ru, grammar.Count, "5", "ordinal", "5-й"},
		{ru, grammar.Count, "3", "ordinal genitive", "3-го"},
		{ru, grammar.Count, "3", "ordinal dative", "3-му"},
		{ru, grammar.Count, "3", "ordinal prepositional", "3-м"},
		{ru, grammar.Count, "1", "ordinal feminine", "1-я"},
		{ru, grammar.Count, "1", "ordinal feminine accusative", "1-ю"},
		{ru, grammar.Count, "214", "ordinal neuter", "214-е"},
		{en, grammar.Count, "1", "ordinal", "1st"},
		{en, grammar.Count, "12", "ordinal", "12th"},
		{en, grammar.Count, "102", "ordinal", "102nd"},
		{en, grammar.Count, "113", "ordinal", "113th"},
		{kk, grammar.Date, "2026-08-17", "", "17.08.2026"},
		{kk, grammar.Date, "2026-08-17", "dative", "2026 жылғы 17 тамызға"},
		{kk, grammar.Date, "2026-09-01", "short ablative", "1 қыркүйектен"},
		{ru, grammar.Date, "2026-08-17", "genitive", "17.08.2026"},
		{en, grammar.Date, "2026-08-07", "", "7 Aug 2026"},
		{kk, grammar.Time, "09:20", "dative", "09:20-ға"},
		{kk, grammar.Time, "14:00", "dative", "14:00-ке"},
		{ru, grammar.Time, "09:20", "genitive", "09:20"},
		{kk, grammar.Money, "1500.50 KZT", "", "1500.50 теңге"},
		{kk, grammar.Money, "1500 KZT", "dative", "1500 теңгеге"},
		{ru, grammar.Money, "1500 RUB", "", "1500 руб."},
		{ru, grammar.Duration, "26h", "", "1 день 2 часа"},
		{kk, grammar.Duration, "26h", "ablative", "1 күн 2 сағаттан"},
		{en, grammar.Duration, "1m", "", "1 minute"},
		{ru, grammar.Date, "скоро", "", "скоро"},
		{ru, grammar.Count, "1e3", "ordinal", "1e3"},
	} {
		require.Equal(t, test.want, grammar.Write(test.language, test.kind, test.value, form(t, test.form)), "%s %s %s %s", test.language, test.kind, test.value, test.form)
	}
}

func TestWhatIsNoValueIsRefused(t *testing.T) {
	t.Parallel()
	for kind, values := range map[grammar.Kind][]string{
		grammar.Count:    {"", "-", "-.5", "1e3", "1.", ".5", "1.2345", "1000000000000", "1 000", "+1", "--1", "1.-5", "٣"},
		grammar.Date:     {"", "2026-02-30", "05.12.2026"},
		grammar.Time:     {"", "24:00", "9 утра"},
		grammar.Money:    {"", "12,000 KZT", "5 EUR", "-5 KZT"},
		grammar.Duration: {"", "5", "-5m", "завтра"},
		"colour":         {"red"},
	} {
		for _, value := range values {
			for _, l := range []grammar.Language{kk, ru, en} {
				_, ok := grammar.Say(l, kind, value, grammar.Form{})
				require.False(t, ok, "%s %q", kind, value)
			}
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"plural", "genitive dative", "feminine neuter", "ordinal ordinal", "genitive genitive", "Genitive"} {
		_, err := grammar.ParseForm(strings.Fields(wrong))
		require.Error(t, err, wrong)
	}
	for _, lacks := range []struct {
		language grammar.Language
		kind     grammar.Kind
		form     string
	}{
		{en, grammar.Count, "genitive"}, {en, grammar.Count, "feminine"}, {kk, grammar.Count, "feminine"}, {kk, grammar.Date, "prepositional"},
		{ru, grammar.Date, "locative"}, {ru, grammar.Count, "ablative"}, {ru, grammar.Money, "feminine"}, {ru, grammar.Money, "ordinal"}, {ru, grammar.Count, "short"},
	} {
		require.False(t, grammar.Has(lacks.language, lacks.kind, form(t, lacks.form)), "%+v", lacks)
	}
}

// Every number to a million, in each language, is made of clips that are rendered ahead of time, and no two sound alike.
func TestNumbersToAMillion(t *testing.T) {
	t.Parallel()
	for _, l := range []grammar.Language{kk, ru, en} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			rendered := clips(l, grammar.Count, grammar.Form{})
			heard := make(map[string]bool, 1_000_001)
			for n := range 1_000_001 {
				said, ok := grammar.Say(l, grammar.Count, strconv.Itoa(n), grammar.Form{})
				if !ok {
					t.Fatalf("%d is not said", n)
				}
				for _, clip := range said {
					if !rendered[clip] {
						t.Fatalf("%q of %d is not rendered", clip, n)
					}
				}
				heard[strings.Join(said, "")] = true
			}
			require.Len(t, heard, 1_000_001)
		})
	}
}

func clips(l grammar.Language, k grammar.Kind, f grammar.Form) map[string]bool {
	rendered := map[string]bool{}
	for _, clip := range grammar.Clips(l, k, f) {
		rendered[clip] = true
	}
	return rendered
}

// Any value in any form that a language has is made of clips that are rendered ahead of time.
func TestAnyValueIsMadeOfItsClips(t *testing.T) {
	t.Parallel()
	type asked struct {
		l grammar.Language
		k grammar.Kind
		f grammar.Form
	}
	var all []asked
	rendered := map[asked]map[string]bool{}
	for _, l := range []grammar.Language{kk, ru, en} {
		for _, k := range grammar.Kinds {
			for c := grammar.Nominative; c <= grammar.Ablative; c++ {
				for g := grammar.Masculine; g <= grammar.Neuter; g++ {
					for _, f := range []grammar.Form{{Case: c, Gender: g}, {Case: c, Gender: g, Ordinal: true}, {Case: c, Gender: g, Short: true}} {
						if a := (asked{l, k, f}); grammar.Has(l, k, f) {
							all, rendered[a] = append(all, a), clips(l, k, f)
						}
					}
				}
			}
		}
	}
	value := map[grammar.Kind]*rapid.Generator[string]{
		grammar.Count:    rapid.OneOf(rapid.StringMatching(`-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,3})?`), rapid.StringMatching(`[1-9]?[0-9]{1,3}`)),
		grammar.Date:     rapid.StringMatching(`(19|20|21)[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`),
		grammar.Time:     rapid.StringMatching(`([01][0-9]|2[0-3]):[0-5][0-9]`),
		grammar.Money:    rapid.StringMatching(`(0|[1-9][0-9]{0,8})(\.[0-9][0-9])? (KZT|RUB|USD)`),
		grammar.Duration: rapid.StringMatching(`[1-9][0-9]{0,5}h([0-5]?[0-9]m)?([0-5]?[0-9]s)?`),
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(all).Draw(t, "form")
		v := value[a.k].Draw(t, "value")
		said, ok := grammar.Say(a.l, a.k, v, a.f)
		if noOrdinal := strings.ContainsAny(v, "-.") || len(v) > 4; !ok && !(a.f.Ordinal && noOrdinal) {
			t.Fatalf("%s %q is not said", a.k, v)
		}
		for _, clip := range said {
			if !rendered[a][clip] {
				t.Fatalf("%+v: %q of %q is not rendered", a, clip, v)
			}
		}
		if grammar.Write(a.l, a.k, v, a.f) == "" {
			t.Fatalf("%+v: %q is not written", a, v)
		}
	})
}

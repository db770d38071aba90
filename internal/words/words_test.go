package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/words"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                  "",
		"STOP":              "STOP",
		"статус 123456786":  "статус 123456786",
		"КҮЙІ 123456786":    "КҮЙІ 123456786",
		"  STOP  ":          "STOP",
		"STOP\u00a0please":  "STOP please",
		"STOP\r\nthanks":    "STOP thanks",
		"STATUS\u2009742":   "STATUS 742",
		"\"STOP\"":          "STOP",
		"«СТОП»":            "СТОП",
		"“STOP”.":           "STOP",
		"(742)":             "742",
		"[742]":             "742",
		"742?":              "742",
		"№031":              "031",
		"# 031":             "031",
		"742\u200b":         "742",
		"\ufeffSTOP":        "STOP",
		"\u202d+7701\u202c": "+7701",
		"٧٤٢":               "742",
		"۷۴۲":               "742",
		"ＳＴＯＰ７":             "STOP7",
		"𝟗𝟎":                "90",
		"O’Neill":           "O'Neill",
		"'STOP'":            "STOP",
		"STOP😀":             "STOP😀",
		"где получить справку?": "где получить справку",
		"e\u200b\u0301":                "é",
		"\xff\xfe":                     "\uFFFD",
		"\x00STOP\x00":                 "STOP",
		"12\u2013345":                  "12–345",
		"\u0438\u0306":                 "й",
		"a\u3000b":                     "a b",
		"STOP\u2028now":                "STOP now",
		"Дело №\u00a0742\u2011913-586": "Дело 742‐913-586",
	} {
		got := words.Normalise(in)
		require.Equal(t, want, got, "%q", in)
		require.Equal(t, got, words.Normalise(got))
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"STATUS742":   {"STATUS", "742"},
		"СТАТУС:742":  {"СТАТУС", "742"},
		"СТАТУС-742":  {"СТАТУС", "742"},
		"STOP😀":       {"STOP", "😀"},
		"STOP please": {"STOP", "please"},
		"STOP":        {"STOP", ""},
		"742":         {"", "742"},
		"*STOP*":      {"STOP", ""},
		"😀 STOP":      {"STOP", ""},
		"":            {"", ""},
	} {
		word, rest := words.Split(words.Normalise(in))
		require.Equal(t, want, [2]string{word, rest}, in)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"КҮЙІ": "куии", "куйи": "куии", "Мәртебе": "мартебе", "Ёлка": "елка", "STOP": "stop", "Ñandú": "nandu", "stop": "stop", "ЁЙ": "еи",
		"ҒҚҢӨҰҮҺІӘ": "гкноуухиа",
	} {
		require.Equal(t, want, words.Fold(in), in)
	}
}

func TestOneWordInAllItsForms(t *testing.T) {
	t.Parallel()
	for word, forms := range map[string][]string{
		"помощь":      {"pomoshch", "pomosh", "pomosch", "POMOSHCH", "pomosh'"},
		"тоқта":       {"TOQTA", "tokta", "toqta"},
		"күйі":        {"KÜII", "kuyi", "küyi", "kuii"},
		"көмек":       {"KÖMEK", "komek"},
		"ақпарат":     {"AQPARAT", "akparat"},
		"мәртебе":     {"martebe", "märtebe"},
		"справка":     {"spravka"},
		"отписаться":  {"otpisatsia", "otpisatsya", "otpisatsja"},
		"жағдайы":     {"jaghdaiy", "zhagdaiy", "jagdayy"},
		"қызмет":      {"qyzmet", "kyzmet", "kizmet"},
		"возражение":  {"vozrazhenie"},
		"услуга":      {"usluga"},
		"уведомления": {"uvedomleniya", "uvedomlenija", "uvedomleniia"},
	} {
		for _, form := range forms {
			require.Contains(t, words.Sounds(word), words.Sound(form), "%s as %s", word, form)
		}
	}
	for mixed, want := range map[string][2]string{
		"ctatyc": {"статус", "ctatyc"}, "СTАТУС": {"статус", "ctatyc"}, "CTOП": {"стоп", "cton"}, "SТОР": {"стор", "stop"}, "СТ0П": {"стоп", "cton"},
	} {
		cyrillic, latin := words.Alike(mixed)
		require.Equal(t, want, [2]string{cyrillic, latin}, mixed)
	}
	for typed, meant := range map[string]string{"cnfnec": "статус", "ыефегы": "status", "gjvjom": "помощь", "celbvjcnm": "судимость"} {
		require.Equal(t, meant, words.Layout(typed))
	}
	for pair, want := range map[[2]string]int{{"спарвка", "справка"}: 1, {"судимасть", "судимость"}: 1, {"стоп", "стоп"}: 0, {"стоп", "старт"}: 3, {"", "аб"}: 2} {
		require.Equal(t, want, words.Distance(pair[0], pair[1], 3), pair)
	}
	require.Equal(t, 2, words.Distance("помощь", "операция", 1))
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"742913586": "742913586", "742 913 586": "742913586", "742-913-586": "742913586", "742–913–586": "742913586", "742.913.586": "742913586",
		"№742913586": "742913586", "дела 742913586": "742913586", "дело742913586": "742913586", "мое дело номер 742913586": "742913586",
		"٧٤٢٩١٣٥٨٦": "742913586", "742913586\u200b": "742913586", "(742913586)": "742913586", "\"742913586\"": "742913586", "742913586?": "742913586",
		"742913586 от 12.05": "742913586", "742\u2009913\u2009586": "742913586",
		"7429135ОО": "742913500", "N742913586": "742913586", "n.742913586": "742913586", "З42913586": "342913586", "742913586 спасибо": "742913586",
		"74291358": "74291358", "7429135861": "7429135861", "+7 701 123 45 67": "77011234567", "742913586 742913586": "742913586742913586",
		"": "", "статус": "", "1234x6786": "", "742913586 и 342913586": "", "ЗОО": "", "№": "", "12 и 34": "", "7429б3586": "",
	} {
		got, ok := words.Number(in, 9)
		require.Equal(t, want, got, in)
		require.Equal(t, want != "", ok, in)
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Балама туу туралы куалик кайдан алуга болады": "kk", "қайда": "kk", "балам уйге калай тиркеу керек": "kk", "куалик калай алам": "kk",
		"balama kualik kaidan alam": "kk", "где получить справку": "ru", "справка о судимости": "ru", "spravka o sudimosti": "ru", "gde poluchit spravku": "ru",
		"where do I get a certificate": "en", "judgement": "en", "031": "", "😀": "", "недвижимость": "ru", "STATUS": "en",
	} {
		require.Equal(t, want, words.LanguageOf(in), in)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"HELP": false, "СТАТУС 742": false, "": false, "😀😀": false, "👍🏽": false, "🇰🇿": false, "«»…": false, "٧٤٢": false, "a\uFFFD": true, "abc\uFFFD": false,
		"\u4800\u4500\u4c00\u5000":                    true, // HELP, little-endian
		"\u2104\u2204\u1004\u2204\u2304\u2104":        true, // СТАТУС
		"\u4104\u4204\u3004\u4204\u4304\u4104 \u3700": true, // статус 7
		"\uFFFD\uFFFD\uFFFD":                          true, "日本語": true, "é": false, "Δ": false,
	} {
		require.Equal(t, want, words.Unreadable(in), "%q", in)
	}
}

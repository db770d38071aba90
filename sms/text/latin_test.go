package text

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLatin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ language, in, want string }{
		{"ru", "Щукин, Юлия и Хрущёв: объявление № 5", "Shchukin, Iuliia i Khrushchev: obieiavlenie No 5"},
		{"ru", "ЖК «Ясень» — ЦОН", "ZHK \"Iasen\" - TSON"},
		{"ru", "Я", "Ia"},
		{"kk", "Қазақ тіліндегі үш ғалым: Әйгерім, Ұлан, Жаңа өмір", "Qazaq tilindegi üsh ghalym: Äigerim, Ulan, Jaña ömir"},
		{"kk", "ШЫҒЫС Өскемен Һәм", "SHYGHYS Öskemen Häm"},
		{"", "Ваш паспорт готов", "Vash pasport gotov"},
		{"", "Паспортыңыз дайын, хабар күтіңіз", "Pasportyñyz daiyn, habar kütiñiz"},
		{"en", "Your passport is ready", "Your passport is ready"},
		{"ru", "Код 123456 €5 [ЦОН]", "Kod 123456 €5 [TSON]"},
		{"ru", "日本", "日本"},
	} {
		require.Equal(t, tt.want, Latin(tt.language, tt.in))
	}
	long := "Ваше заявление зарегистрировано. Решение будет принято в течение пятнадцати рабочих дней."
	require.Equal(t, 2, Segments(long))
	require.Equal(t, 1, Segments(Latin("ru", long)))
}

// Every Cyrillic letter of the two languages has a form that GSM 03.38 holds, small and capital.
func TestLatinIsInTheDefaultAlphabet(t *testing.T) {
	t.Parallel()
	letters := []rune("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі«»„“”’–—…№ ")
	for _, r := range letters[:42] {
		letters = append(letters, unicode.ToUpper(r))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom(letters)).Draw(t, "text")
		for _, language := range []string{"kk", "ru", ""} {
			latin := Latin(language, s)
			_, ok := encodeGSM(latin)
			require.True(t, ok, "%q of %q", latin, s)
			require.Equal(t, latin, Latin(language, latin), "what is Latin stays so")
		}
	})
}

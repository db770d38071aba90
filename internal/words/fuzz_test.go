package words_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okno/internal/words"
)

// Whatever octets come: no panic, valid text, and what is normalised normalises to itself. A number is made of the digits that
// were written, all of them, in their order.
func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"STOP\u00a0please", "«СТАТУС» 742913586.", "e\u200b\u0301", "СТАТУС ٧٤٢\u2013٩١٣", "\ufeff\u202d+7 701\u202c", "№ З42О1\u200b",
		"\u1112\u1161\u11ab", "O’Neill", "ﷺ", "ǅ", "\xff", "１２３", "дело 742913586 и 12", "\u0f71\u0f72\u0f74", "a\u05b0\u05b0\u0591"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := words.Normalise(s)
		require.True(t, utf8.ValidString(got))
		require.Equal(t, got, words.Normalise(got))
		require.Equal(t, words.Clean(s), words.Clean(words.Clean(s)))
		for _, r := range got {
			require.False(t, unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r != ' ' && unicode.IsSpace(r), "%q", got)
			require.False(t, r > unicode.MaxASCII && unicode.Is(unicode.Nd, r), "%q", got)
		}
		word, rest := words.Split(got)
		require.True(t, strings.Contains(got, word) && strings.Contains(got, rest))
		words.Sounds(word)
		words.Alike(word)
		require.True(t, utf8.ValidString(words.Layout(got)))
		words.LanguageOf(got)
		words.Unreadable(s)
		if n, ok := words.Number(s, 9); ok {
			require.Empty(t, strings.Trim(n, "0123456789"))
			require.Contains(t, written(got), n, "%q", got)
		}
	})
}

// written are all the digits of a text, and the letters that may stand for some, without what parts them.
func written(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			out.WriteRune(r)
		case strings.ContainsRune("ОоOo", r):
			out.WriteByte('0')
		case strings.ContainsRune("Зз", r):
			out.WriteByte('3')
		case strings.ContainsRune("IlІі", r):
			out.WriteByte('1')
		case strings.ContainsRune("Чч", r):
			out.WriteByte('4')
		case unicode.IsLetter(r):
			out.WriteByte(' ')
		}
	}
	return out.String()
}

func BenchmarkNormalise(b *testing.B) {
	for name, s := range map[string]string{"ascii": "STATUS 123456786", "cyrillic": "СТАТУС 123456786", "kazakh": "КҮЙІ 123456786", "quoted": "«СТАТУС» 123456786"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				words.Normalise(s)
			}
		})
	}
}

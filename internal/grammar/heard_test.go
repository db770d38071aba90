package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/grammar"
)

func TestDigitsAreHeard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language grammar.Language
		said     string
		digits   string // "": none
	}{
		{grammar.Russian, "семь четыре два", "742"},
		{grammar.Russian, "семьсот сорок два", "742"},
		{grammar.Russian, "двадцать три", "23"},
		{grammar.Russian, "ноль двадцать", "020"},
		{grammar.Russian, "сто два две", "1022"},
		{grammar.Russian, "четыреста", "400"},
		{grammar.Russian, "одна", "1"},
		{grammar.Russian, "двадцать три рубля", ""},
		{grammar.Russian, "", ""},
		{grammar.Kazakh, "бір екі үш", "123"},
		{grammar.Kazakh, "жиырма үш", "23"},
		{grammar.Kazakh, "нөл он төрт", "014"},
		{grammar.Kazakh, "екі жүз он төрт", "214"},
		{grammar.Kazakh, "уш", "3"},
		{grammar.Kazakh, "жоқ", ""},
		{grammar.English, "one hundred and two", "102"},
		{grammar.English, "one hundred two", "102"},
		{grammar.English, "oh twenty three", "023"},
		{grammar.English, "one and two", ""},
	} {
		digits, ok := grammar.Digits(c.language, strings.Fields(c.said))
		require.Equal(t, c.digits, digits, c.said)
		require.Equal(t, c.digits != "", ok, c.said)
	}
}

func TestHowAnItemIsNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"вторая", "второе", "второй", "вторую", "номер два"}, grammar.NthPhrases(grammar.Russian, 2))
	require.Equal(t, []string{"номер три", "третий", "третье", "третью", "третья"}, grammar.NthPhrases(grammar.Russian, 3))
	require.Equal(t, []string{"алтыншы", "нөмір алты"}, grammar.NthPhrases(grammar.Kazakh, 6))
	require.Equal(t, []string{"fifth", "number five"}, grammar.NthPhrases(grammar.English, 5))
}

// Whatever digits are said one by one, or as a number, are heard as they are.
func TestDigitsThatAreSaidAreHeard(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]grammar.Language{grammar.Kazakh, grammar.Russian, grammar.English}).Draw(t, "language")
		n := rapid.IntRange(0, 999).Draw(t, "number")
		said, ok := grammar.Say(l, grammar.Count, fmt.Sprint(n), grammar.Form{})
		require.True(t, ok)
		digits, ok := grammar.Digits(l, said)
		require.True(t, ok)
		require.Equal(t, fmt.Sprint(n), digits)

		row := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), 1, 12, -1).Draw(t, "row")
		said = nil
		for _, digit := range row {
			clips, _ := grammar.Say(l, grammar.Count, string(digit), grammar.Form{})
			said = append(said, clips...)
		}
		digits, ok = grammar.Digits(l, said)
		require.True(t, ok)
		require.Equal(t, row, digits)
	})
}

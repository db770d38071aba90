package main

import (
	"bytes"
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

//go:embed testdata/words.sms
var wordsScript string

// complaint is a letter of about 1,500 letters.
var complaint = strings.Repeat("Здравствуйте! Я подавал заявление на справку в мае и до сих пор жду ответа, а в ЦОНе говорят, что ничего не знают. ", 13)

// What citizens really send is answered by `okno dialogue try --sms` as the script says.
func TestWordsThatCitizensSend(t *testing.T) {
	t.Parallel()
	d, _, err := dialogueFolder{}.checked()
	require.NoError(t, err)
	const from = "+77070000002" // nobody's: in Russian, unless the message tells otherwise
	owner, err := newTry(d, dialogue.SMS, "+77010000002", strings.NewReader(""), &bytes.Buffer{})
	require.NoError(t, err)
	n := owner.Cases()[0]
	spell := spelling(t, n)
	blocks := strings.Split(wordsScript, "\n\n")
	require.Greater(t, len(blocks), 100)
	for _, block := range blocks {
		var said, wants []string
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			switch {
			case strings.HasPrefix(line, "#"), line == "":
			case strings.HasPrefix(line, "> "):
				said, wants = append(said, spell.Replace(line[2:])), append(wants, "")
			default:
				wants[len(wants)-1] += spell.Replace(line) + "\n"
			}
		}
		if len(said) == 0 {
			continue
		}
		t.Run(said[0][:min(len(said[0]), 60)], func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			tried, err := newTry(d, dialogue.SMS, from, strings.NewReader(strings.Join(said, "\n")+"\n"), &screen)
			require.NoError(t, err)
			require.NoError(t, tried.run(t.Context()))
			answers := strings.Split(screen.String(), "> ")[1:]
			for i, want := range wants {
				for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
					sign, text, _ := strings.Cut(line, " ")
					switch {
					case sign == "<":
						require.Contains(t, answers[i], text, said[i])
					case text == "":
						require.Empty(t, strings.TrimSpace(answers[i]), said[i])
					default:
						require.NotContains(t, answers[i], text, said[i])
					}
				}
			}
		})
	}
}

// spelling gives the forms of a case number that the script names.
func spelling(t *testing.T, n string) *strings.Replacer {
	inScript := func(zero rune) string {
		return strings.Map(func(r rune) rune { return r - '0' + zero }, n)
	}
	mistyped := n[:8] + string('0'+(n[8]-'0'+1)%10)
	_, refused := cases.ParseNumber(mistyped)
	require.Equal(t, cases.RefusedCheckDigit, refused)
	return strings.NewReplacer("{n}", n, "{spaced}", n[:3]+" "+n[3:6]+" "+n[6:], "{dashed}", n[:3]+"–"+n[3:6]+"-"+n[6:], "{arabic}", inScript('٠'),
		"{fullwidth}", inScript('０'), "{lookalike}", strings.NewReplacer("3", "З", "0", "О").Replace(n), "{mistyped}", mistyped, "{complaint}", complaint)
}

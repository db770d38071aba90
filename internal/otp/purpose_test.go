package otp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
)

// segments counts as the operators do: 160 letters of GSM 03.38 or 70 of UCS2. Only plain ones are in these tests.
func segments(s string) int {
	room := 160
	if strings.ContainsFunc(s, func(r rune) bool { return r > 127 }) {
		room = 70
	}
	return (len([]rune(s)) + room - 1) / room
}

func TestAPurposeIsChecked(t *testing.T) {
	t.Parallel()
	require.Empty(t, SignIn("portal", "egov.example").Check("eGov", segments))
	for want, spoil := range map[string]func(*Purpose){
		"purpose a b: its name":                                func(p *Purpose) { p.Name = "a b" },
		"purpose sign-in: digits are 6 to 10, not 4":           func(p *Purpose) { p.Digits = 4 },
		"life is 1m0s to 10m0s, not 20m0s":                     func(p *Purpose) { p.Life = 20 * time.Minute },
		"tries are 1 to 10, not 11":                            func(p *Purpose) { p.Tries = 11 },
		`language is one of [kk ru en], not "de"`:              func(p *Purpose) { p.Language = "de" },
		`each once: "sms"`:                                     func(p *Purpose) { p.Channels = []Channel{SMS, SMS} },
		`each once: "pigeon"`:                                  func(p *Purpose) { p.Channels = []Channel{SMS, "pigeon"} },
		"the first channel carries a password":                 func(p *Purpose) { p.Channels = []Channel{Operator} },
		`origin "https://x" is not`:                            func(p *Purpose) { p.Origins = []string{"https://x"} },
		"purpose sign-in: language kk: its title is missing":   func(p *Purpose) { delete(p.Titles, dialogue.Kazakh) },
		"language en: its text has {portal} once":              func(p *Purpose) { p.Texts[dialogue.English] = "{purpose} {code}" },
		"language en: its text has {colour}, which stands for": func(p *Purpose) { p.Texts[dialogue.English] = "{portal} {purpose} {code} {colour}" },
		"purpose sign-in: language ru: its message takes 2 segments by SMS, and may take one (71 letters)": func(p *Purpose) {
			p.Texts[dialogue.Russian] = "{portal} {purpose} {code} " + strings.Repeat("я", 71-len("eGov ")-len([]rune("вход "))-len("123456 "))
		},
		"language ru: its message takes 2 segments by SMS, and may take one (88 letters) with the line for a-very-long-name.of-a-portal.example": func(p *Purpose) {
			p.Origins = []string{"a-very-long-name.of-a-portal.example"}
		},
	} {
		p := SignIn("portal")
		texts := map[dialogue.Language]string{}
		for l, text := range p.Texts {
			texts[l] = text
		}
		p.Texts = texts
		spoil(&p)
		problems := p.Check("eGov", segments)
		require.NotEmpty(t, problems, want)
		var all []string
		for _, problem := range problems {
			all = append(all, problem.Error())
		}
		require.Contains(t, strings.Join(all, "\n"), want)
	}
}

// The last line is exactly that by which browsers fill a code in: https://wicg.github.io/sms-one-time-codes.
func TestTheLastLineIsForTheBrowser(t *testing.T) {
	t.Parallel()
	p := SignIn("portal", "egov.example")
	require.Equal(t, "eGov: вход. Код 012345. Не сообщайте его.\n\n@egov.example #012345", p.Message(dialogue.Russian, "eGov", "012345", "egov.example"))
	require.Equal(t, "eGov: sign-in. Code 012345. Do not tell it to anyone.", p.Message(dialogue.English, "eGov", "012345", ""))
}

func TestTheChannelAfterTwo(t *testing.T) {
	t.Parallel()
	p := SignIn("portal")
	for nth, want := range map[int]Channel{1: SMS, 2: SMS, 3: Voice, 4: Operator, 9: Operator} {
		require.Equal(t, want, p.channel(nth), nth)
	}
	p.Channels = []Channel{SMS}
	require.Equal(t, SMS, p.channel(9))
}

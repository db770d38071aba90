package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/sample"
)

// In the terminal a citizen books an appointment, moves it, cancels it, and is told a fee: by SMS and by phone, in three languages.
func TestTheTerminalBooksAndTellsAFee(t *testing.T) {
	t.Parallel()
	d, _, err := dialogueFolder{}.checked()
	require.NoError(t, err)
	offices, err := sample.Offices()
	require.NoError(t, err)
	office := offices.Offices["centre-1"].Name
	number := regexp.MustCompile(`\b\d{9}\b`)
	for l, citizen := range map[dialogue.Language]struct{ from, book, move, cancel, fee, cancelled, amount, link string }{
		dialogue.Kazakh:  {"+77010000001", "қабылдау", "ауыстыру", "қайтару", "баж", "жазылуы жойылды", "Төлеуге 2500 теңге", "Төлеу: https://pay.example"},
		dialogue.Russian: {"+77010000002", "запись", "перенести", "отозвать", "пошлина", "отменена", "К оплате 2500 тенге", "Оплатить: https://pay.example"},
		dialogue.English: {"+77010000003", "book", "move", "withdraw", "fee", "is cancelled", "To be paid: 2500 tenge", "Pay: https://pay.example"},
	} {
		// answers holds a conversation anew from its lines, and gives what came after each.
		answers := func(t *testing.T, channel dialogue.Channel, lines ...string) []string {
			t.Helper()
			var screen bytes.Buffer
			tried, err := newTry(d, channel, citizen.from, strings.NewReader(strings.Join(lines, "\n")+"\n"), &screen)
			require.NoError(t, err)
			require.NoError(t, tried.run(t.Context()))
			said := strings.Split(screen.String(), "> ")
			require.Greater(t, len(said), len(lines), screen.String())
			return said[1:]
		}
		one, err := newTry(d, dialogue.SMS, citizen.from, strings.NewReader(""), &bytes.Buffer{})
		require.NoError(t, err)
		own := one.Cases()[0]

		t.Run("sms in "+string(l), func(t *testing.T) {
			t.Parallel()
			book := []string{citizen.book + " 031", "1", "1", "1"}
			booked := answers(t, dialogue.SMS, book...)[3]
			require.Contains(t, booked, office[l])
			visit := number.FindString(booked)
			require.NotEmpty(t, visit, booked)
			said := answers(t, dialogue.SMS, append(book, citizen.move+" "+visit, "2", "1", citizen.cancel+" "+visit, citizen.fee+" "+own, "1")...)
			require.Contains(t, said[6], visit)
			require.NotContains(t, said[6], strings.SplitN(booked, ": ", 2)[1], "it is another day")
			require.Contains(t, said[7], citizen.cancelled)
			require.Contains(t, said[8], citizen.amount)
			require.Contains(t, said[9], citizen.link)
		})
		t.Run("phone in "+string(l), func(t *testing.T) {
			t.Parallel()
			said := answers(t, dialogue.Voice, "6", "031", "1", "1", "1", "1", "6", "2", "2", "1", "1", "6", "3", "1", "1", "7", "2", own)
			require.Contains(t, said[4], office[l])
			visit := number.FindString(said[4])
			require.NotEmpty(t, visit, said[4])
			require.Contains(t, said[9], visit)
			require.NotEqual(t, said[4], said[9], "it is another day")
			require.Contains(t, said[13], citizen.cancelled)
			require.Contains(t, said[17], citizen.amount)
		})
	}
}

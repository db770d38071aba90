package smppaccount_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/smppaccount"
)

func TestDestinationsAreAllowedByPrefix(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{"+77010000001": true, "+78820000000": false, "+882160000000": false, "+19001234567": false, "+79991234567": false} {
		require.Equal(t, want, smppaccount.Account{}.Reaches(number), number)
	}
	abroad := smppaccount.Account{Destinations: []string{"77", "7999"}}
	require.True(t, abroad.Reaches("+79991234567"))
	require.False(t, abroad.Reaches("+19001234567"))
}

func TestSendersThatPassForOknoAreReserved(t *testing.T) {
	t.Parallel()
	for sender, want := range map[string]bool{"Okno": true, "OKNO": true, "0kn0": true, "ok-no": true, "1414": true, "14l4": true, "EGOV": true,
		"MINJUST": false, "14140": false, "OKNOTOYS": false} {
		require.Equal(t, want, smppaccount.Impersonates(sender, []string{"1414", "eGov"}), sender)
	}
}

func TestTextsThatPassForCodes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Okno: 123456": true, "Ваш код 123456": true, "ВАШ КОД: 12-34-56": true, "Kod podtverzhdenia 1234": true, "123456": true,
		"Растау коды 4821. Ешкімге айтпаңыз": true, "Your PIN is 123 456": true, "код １２３４": true, "пароль ١٢٣٤٥٦": true, "ко\u200bд 1234": true,
		"G-123456 is your verification code": true,
		"Ваша справка готова":                false, "Ваше заявление 123456786 готово": false, "Ждем вас 12.10.2026 в 10:30": false,
		"Штраф 5000 тенге оплачен": false, "Запись на 09:30, кабинет 214": false, "": false, "Звоните 1414": false,
		"Your certificate is ready": false, "Справка по адресу: пр. Абая 1234": false,
	} {
		require.Equal(t, want, smppaccount.LooksLikeCode(text), text)
	}
}

func FuzzLooksLikeCode(f *testing.F) {
	f.Add("Okno: 123456")
	f.Add("１２３４")
	f.Fuzz(func(t *testing.T, text string) {
		smppaccount.LooksLikeCode(text)
		smppaccount.Impersonates(text, []string{text})
		if text != "" {
			require.True(t, smppaccount.LooksLikeCode("код 123456 "), "whatever came before")
		}
	})
}

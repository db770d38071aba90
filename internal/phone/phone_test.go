package phone_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+77011234567": "+77011234567", "77011234567": "+77011234567", "8 701 123-45-67": "+77011234567",
		"+7 (701) 123 45 67": "+77011234567", "+442079460000": "+442079460000",
		"\u202d+77011234567\u202c": "+77011234567", "\u202a8 (701) 123\u00a045\u201167\u202c": "+77011234567", "+٧٧٠١١٢٣٤٥٦٧": "+77011234567",
		"+7 8 701 123 45 67": "+77011234567", "+87051234567": "+77051234567", "87051234567": "+77051234567", "00447876574016": "+447876574016",
		"0044 7876 574016": "+447876574016", "＋７７０１１２３４５６７": "+77011234567", "\u200b77011234567\ufeff": "+77011234567",
		"+7701OOOOOO9": "", "+7701ООООоо9": "", "8-800-FLOWERS": "", "KAZAKHTELEC": "", "+79161234567": "+79161234567", "89161234567": "+79161234567",
		"2725000": "", "27-25-000": "", "250000": "", "+72725000": "",
		"": "", "1414": "", "abc": "", "+": "", "+777777777777777777777": "",
	} {
		got, err := phone.Parse(in)
		require.Equal(t, want, got, in)
		require.Equal(t, want == "", err != nil, in)
	}
}

// What a town's network writes is completed by its code, or not at all.
func TestParseWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ area, in, want string }{
		{"727", "2725000", "+77272725000"}, {"727", "272-50-00", "+77272725000"}, {"7142", "543210", "+77142543210"},
		{"", "2725000", ""}, {"7142", "2725000", ""}, {"727", "543210", ""}, {"727", "1414", ""}, {"727", "+72725000", ""},
		{"727", "anonymous", ""}, {"727", "", ""}, {"727", "+77011234567", "+77011234567"}, {"727", "87272725000", "+77272725000"},
	} {
		got, err := phone.ParseWithin(test.area, test.in)
		require.Equal(t, test.want, got, "%+v", test)
		require.Equal(t, test.want == "", err != nil, "%+v", test)
	}
}

func TestTakesSMS(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{"+77010000011": true, "+77272725000": false, "+77172555555": false, "+79161234567": true,
		"+442079460000": false, "+447911123456": true, "+12025550123": true, "": false} {
		require.Equal(t, want, phone.TakesSMS(number), number)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"+77011234567": "+7701•••4567", "1414": "•••", "": "", "+7701": "•••"} {
		require.Equal(t, want, phone.Mask(in), in)
	}
}

package smppaccount

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
)

func TestAccountIsChecked(t *testing.T) {
	t.Parallel()
	good := Account{SystemID: "min-just_1.kz", Name: "Ministry", Lane: message.Notice, Senders: []string{"MIN JUST", "1414", "77010000001"}, Window: 1, Binds: 1}
	require.NoError(t, good.Check())
	for want, spoil := range map[string]func(*Account){
		"system id":           func(a *Account) { a.SystemID = "sixteen-letters-" },
		"name":                func(a *Account) { a.Name = "" },
		"at least one sender": func(a *Account) { a.Senders = nil },
		`sender ""`:           func(a *Account) { a.Senders = []string{""} },
		"sender \"Минюст\"":   func(a *Account) { a.Senders = []string{"Минюст"} },
		"TWELVELETTER":        func(a *Account) { a.Senders = []string{"TWELVELETTER"} },
		"1234567890123456":    func(a *Account) { a.Senders = []string{"1234567890123456"} },
		"window":              func(a *Account) { a.Window = 0 },
		"rate":                func(a *Account) { a.Rate = -1 },
		"binds":               func(a *Account) { a.Binds = 0 },
	} {
		bad := good
		spoil(&bad)
		require.ErrorContains(t, bad.Check(), want)
	}
}

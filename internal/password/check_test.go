package password_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/password"
)

var aliya = password.Person{Login: "aliya.s", Name: "Алия Сапарова"}

func TestPasswordsThatAreObviousAreRefused(t *testing.T) {
	t.Parallel()
	for _, obvious := range []string{
		"passwordpassword", "Password12345678", "P@ssw0rd!P@ssw0rd!", "qwertyuiop123456", "1qaz2wsx3edc4rfv", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc",
		"123456789012345", "1234567890qwertyuiop", "iloveyou2024!!!!", "okno-okno-okno-okno", "Алия Сапарова 1990", "aliya.s-aliya.s2024", "okno1414okno1414",
		"йцукенгшщзхъ12345", "пароль123пароль123", "AlmatyAlmaty2025!", "zxcvbnm,zxcvbnm,", "welcome-Astana-2024", "qazaqstanqazaqstan1",
		strings.Repeat("ab", 60), strings.Repeat("1", 200), "01234567890123456789",
	} {
		require.Equal(t, password.ErrObvious, password.Check(obvious, aliya, false), obvious)
	}
	for _, short := range []string{"password", "qwerty12", "p4ssw0rd", "Aliya.s!", "12345678", "asdfghjk", "okno-demo", "abcd1234", "Summer2024!"} {
		require.Equal(t, password.ErrObvious, password.Check(short, aliya, true), short)
	}
}

// What is in lists of leaks, and looks like nothing: Russian words typed with Latin keys, names, what players chose.
func TestLeakedPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, leaked := range []string{"ghjcnjnfr", "Ghjcnjnfr", "rush2112", "ncc1701d", "motherlode", "m0therl0de"} {
		require.Equal(t, password.ErrObvious, password.Check(leaked, aliya, true), leaked)
	}
}

func TestPasswordsThatArePhrasesOrRandomAreTaken(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"correct horse battery staple", "три синих трамвая едут", "kMx7-vbQe-92Lp-aa", "он пришёл поздно, но с хлебом", "қызыл алма терезеде тұр",
		"xkqzvbtwmplrhgd", "384916027549316", strings.Repeat("a long phrase about one thing and another ", 5),
	} {
		require.NoError(t, password.Check(good, aliya, false), good)
	}
	require.NoError(t, password.Check("xkqzvbtw", aliya, true))
}

func TestAPasswordAloneIsLongerThanOneWithASecondFactor(t *testing.T) {
	t.Parallel()
	require.Equal(t, password.ErrTooShort, password.Check("xkqzvbtwmplrhg", aliya, false), "14")
	require.NoError(t, password.Check("xkqzvbtwmplrhgd", aliya, false), "15")
	require.Equal(t, password.ErrTooShort, password.Check("xkqzvbt", aliya, true), "7")
	require.NoError(t, password.Check("ұқыптыжә", aliya, true), "characters count, not bytes")
	require.Equal(t, password.ErrTooLong, password.Check(strings.Repeat("x1", 200), aliya, false))
	require.Equal(t, password.ErrUnkeyable, password.Check("xkqzvbtwmplrhgd\x00", aliya, false))
	require.Equal(t, password.ErrUnkeyable, password.Check("xkqzvbtwmplrhgd\xff", aliya, false))
	require.Equal(t, fault.Invalid, fault.KindOf(password.ErrObvious))
}

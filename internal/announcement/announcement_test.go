package announcement_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/announcement"
	"okno/internal/dialogue"
)

func texts(s string) map[dialogue.Language]string {
	return map[dialogue.Language]string{"kk": s + " kk", "ru": s + " ru", "en": s + " en"}
}

func TestWhatIsWrongWithAnAnnouncement(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		a    announcement.Announcement
		want string
	}{
		"whole":              {announcement.Announcement{Texts: texts("Паводок"), Prefixes: []string{" +77272 "}}, ""},
		"a language lacks":   {announcement.Announcement{Texts: map[dialogue.Language]string{"ru": "Паводок", "kk": "Тасқын", "en": " \n"}}, "en has 0 letters"},
		"an unknown one":     {announcement.Announcement{Texts: map[dialogue.Language]string{"de": "Hochwasser"}}, `"de" is no language`},
		"too long":           {announcement.Announcement{Texts: texts(strings.Repeat("а", 400))}, "has 403 letters"},
		"no prefix":          {announcement.Announcement{Texts: texts("Паводок"), Prefixes: []string{"7272"}}, `"7272" does not begin a number`},
		"a prefix of words":  {announcement.Announcement{Texts: texts("Паводок"), Prefixes: []string{"+7 область"}}, "does not begin a number"},
		"a prefix too short": {announcement.Announcement{Texts: texts("Паводок"), Prefixes: []string{"+"}}, "does not begin a number"},
	} {
		err := row.a.Check()
		if row.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, []string{"+77272"}, row.a.Prefixes)
			continue
		}
		require.ErrorContains(t, err, row.want, name)
	}
}

func TestWhoHears(t *testing.T) {
	t.Parallel()
	all, almaty := announcement.Announcement{Texts: texts("все")}, announcement.Announcement{Texts: texts("алматы"), Prefixes: []string{"+77272", "+77273"}}
	on := []announcement.Announcement{almaty, all}
	require.Equal(t, "алматы ru все ru", announcement.For("+77273001122", on)["ru"])
	require.Equal(t, "все kk", announcement.For("+77013001122", on)["kk"])
	require.Equal(t, "все en", announcement.For("", on)["en"])
	require.Nil(t, announcement.For("+77013001122", []announcement.Announcement{almaty}))
	require.Nil(t, announcement.For("", nil))
}

package message_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
)

func TestGrantTakesWhatGoesByItsLinkAlone(t *testing.T) {
	t.Parallel()
	whole := func(prefix string) message.Route { return message.Route{Prefix: prefix, To: message.Shares} }
	prefixes := []string{"", "+7701", "+77015", "+7702"}
	for name, c := range map[string]struct {
		routes []message.Route
		takes  map[string]bool
	}{
		"one prefix": {[]message.Route{whole("+7701")},
			map[string]bool{"+77010000001": true, "+77015000001": false, "+77020000001": false, "+998901234567": false}},
		"the rest": {[]message.Route{whole("")},
			map[string]bool{"+998901234567": true, "+77010000001": false}},
		"a share": {[]message.Route{{Prefix: "+7701", To: message.Shares / 2}},
			map[string]bool{"+77010000001": false}},
		"none": {nil, map[string]bool{"+77010000001": false, "+998901234567": false}},
	} {
		for to, want := range c.takes {
			require.Equal(t, want, message.Grant{Routes: c.routes, Prefixes: prefixes}.Takes(to), "%s: %s", name, to)
		}
	}
}

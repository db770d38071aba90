package e2e

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/sms/smstest"
)

// ussdGateway is an operator whose phones play USSD. Its link carries no SMS: no number begins with its prefix.
func ussdGateway(t *testing.T) (gateway *smstest.SMSC, link string) {
	t.Helper()
	gateway = smstest.New(smstest.Config{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- gateway.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return gateway, fmt.Sprintf(`{name: ussd, addr: %q, system_id: okno, password: p, prefixes: ["999"]}`, listener.Addr())
}

// plays dials *1414# and presses keys until the session ends, and gives the last page.
func (a *attacked) plays(t *testing.T, number string, keys ...string) smstest.Page {
	t.Helper()
	page, err := a.ussd.Dial(t.Context(), number, "*1414#")
	require.NoError(t, err)
	if strings.Contains(page.Text, "3 English") {
		keys = append([]string{"3"}, keys...)
	}
	for _, key := range keys {
		if page.Last {
			return page
		}
		page, err = a.ussd.Key(t.Context(), number, key)
		require.NoError(t, err)
	}
	return page
}

// guessesCasesByUSSD asks for case numbers that may be there, and for one that is after all that.
func (a *attacked) guessesCasesByUSSD(t *testing.T) {
	number := a.caseOf(t, "+77010000003", "accepted")
	require.Contains(t, a.plays(t, "+77017770990", "2", number).Text, "Accepted", "who has guessed nothing is told the stage")
	var got []string
	tries := 0
	for range a.times {
		stranger := fmt.Sprintf("+7701777%04d", tries)
		for range 14 {
			a.plays(t, stranger, "2", unknownCase(t))
			tries++
		}
		if last := a.plays(t, stranger, "2", number); strings.Contains(last.Text, "Accepted") {
			got = append(got, last.Text)
		}
	}
	a.tried("USSD", "case numbers guessed, then one that is there", tries, "the same word of a block", got...)
}

// guessesPINsByUSSD claims to be the citizen of a case.
func (a *attacked) guessesPINsByUSSD(t *testing.T) {
	const stranger = "+77017770900"
	number := a.caseOf(t, "+77010000003", "accepted")
	var got []string
	pins := []string{"123456", "000000", "111111", "920720", "654321", "121212"}
	for _, pin := range pins {
		page := a.plays(t, stranger, "2", number, "1", "920720350032", "1", pin)
		require.Contains(t, page.Text, "That is not right", "the guess was judged")
		if strings.Contains(page.Text, "Trade") || strings.Contains(page.Text, "next") {
			got = append(got, page.Text)
		}
	}
	a.tried("USSD", "a PIN guessed for the citizen of a case", len(pins), "wrong; other ways are named", got...)
}

// floodsByUSSD asks for an operator again and again.
func (a *attacked) floodsByUSSD(t *testing.T) {
	const stranger = "+77017770901"
	const owed = `SELECT count(*)::int FROM contacts WHERE state <> 'ended'`
	before := pgtest.Value[int](t, a.database, owed)
	tries := 30 * a.times
	for range tries {
		require.Contains(t, a.plays(t, stranger, "0", "1", "1").Text, "We will call you")
	}
	var got []string
	if more := pgtest.Value[int](t, a.database, owed) - before; more > 1 {
		got = append(got, fmt.Sprintf("%d places in the queue or calls back", more))
	}
	a.tried("USSD", "a flood of requests for an operator", tries, "one place or one call back", got...)
}

// pressesNonsense sends what no keypad has.
func (a *attacked) pressesNonsense(t *testing.T) {
	const stranger = "+77017770902"
	var got []string
	nonsense := []string{"'; DROP TABLE cases; --", "<script>alert(1)</script>", strings.Repeat("9", 150), "${jndi:ldap://x}", "../../etc/passwd", "%s%s%n", "-1", "٢"}
	for _, keys := range nonsense {
		for _, at := range [][]string{{keys}, {"2", keys}, {"1", keys}} {
			if page := a.plays(t, stranger, at...); strings.Contains(page.Text, "SQL") || strings.Contains(page.Text, "internal") || strings.Contains(page.Text, "root:") {
				got = append(got, page.Text)
			}
		}
	}
	require.Positive(t, pgtest.Value[int](t, a.database, `SELECT count(*) FROM cases`))
	a.tried("USSD", "statements, scripts and paths in the place of keys", 3*len(nonsense), "the menu again", got...)
}

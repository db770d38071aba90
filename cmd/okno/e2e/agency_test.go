package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
	"okno/sms/smstest/foreign"
)

// An agency's system sends by Okno, which is killed in between, and suspends the agency in the end.
func TestAgency(t *testing.T) {
	t.Parallel()
	operator := foreign.Start(t)
	port, err := sandbox.FreePort()
	require.NoError(t, err)
	gateway := fmt.Sprintf("smpp://127.0.0.1:%d", port)
	o := newOkno(t, fmt.Sprintf(`database_url: %q
roles: [sms, worker]
sms:
  links: [{name: npm, addr: %q, system_id: okno, password: "${SMPP_A}"}]
  gateway: {listen: "127.0.0.1:%d"}
`, pgtest.URL(t), operator.Addr, port))
	o.start(t)
	o.awaitReady(t, patience)

	agency := func(want int, stdin string, args ...string) string {
		t.Helper()
		cmd := command(append(append([]string{"smpp-account"}, args...), "--config", o.config)...)
		cmd.Stdin = strings.NewReader(stdin)
		said, _ := cmd.CombinedOutput()
		require.Equal(t, want, cmd.ProcessState.ExitCode(), "%s", said)
		return string(said)
	}
	agency(0, "passw0rd\n", "add", "minjust", "--name", "Ministry of Justice", "--senders", "119,MINJUST")
	require.Contains(t, agency(1, "passw0rd\n", "add", "minfin", "--name", "M", "--senders", "MINFIN,1414"), "Okno's own")
	require.Contains(t, agency(0, "", "list"), "minjust    Ministry of Justice  active  notice")
	require.Contains(t, agency(1, "passw0rd\n", "add", "minjust", "--name", "M", "--senders", "Министерство"), "sender")
	require.Contains(t, agency(1, "short\n", "add", "minfin", "--name", "M", "--senders", "MINFIN"), "8 characters")
	require.Contains(t, agency(1, "", "suspend", "nobody"), "no such agency account")

	a := foreign.StartAgency(t)
	bind := func() int { return a.Bind(gateway, "bind_transceiver", "minjust", "passw0rd") }
	ids := map[string]bool{}
	send := func(to, body string) {
		t.Helper()
		answer := a.Send("submit_sm", map[string]any{"source_addr": "119", "destination_addr": to, "dest_addr_ton": 1,
			"registered_delivery": 1, "short_message": body}, nil)
		require.Zero(t, answer.Status)
		ids[answer.MessageID] = true
	}
	hasReceipts := func() {
		t.Helper()
		eventually(t, patience, func() bool { return len(a.Receipts()) >= len(ids) },
			func() string { return fmt.Sprintf("receipts of %v: %v", ids, a.Receipts()) })
		for _, receipt := range a.Receipts() {
			require.True(t, ids[receipt.MessageID], receipt)
			require.Contains(t, receipt.Text, "stat:DELIVRD")
		}
	}
	require.Zero(t, bind())
	send("77010000001", "Анықтама дайын")
	hasReceipts()
	send("77010000001", "before the kill")
	o.kill(t)
	o.start(t)
	o.awaitReady(t, patience)
	require.Zero(t, bind())
	send("77010000001", "after the kill")
	eventually(t, patience, func() bool { return len(operator.WrittenFrom("119", "+77010000001")) >= 2 },
		func() string { return fmt.Sprint(operator.WrittenFrom("119", "+77010000001")) })

	closed := a.Closed()
	agency(0, "", "suspend", "minjust")
	eventually(t, patience, func() bool { return a.Closed() > closed }, func() string { return "a suspended agency stays bound" })
	require.Equal(t, 0x0D, bind())
	agency(0, "", "resume", "minjust")
	require.Zero(t, bind())
	require.Contains(t, o.run(t, "audit", "verify"), "entries")
}

// ministry is an agency's system that takes webhooks, or refuses them.
type ministry struct {
	*httptest.Server

	mu      sync.Mutex
	refuses bool
	secrets []string   // that it knows
	signed  [][]string // by which of them each delivery that it took was signed
}

func startMinistry(t *testing.T) *ministry {
	m := &ministry{refuses: true}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil || m.refuses {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var by []string
		for _, secret := range m.secrets {
			if exchange.Verify(secret, body, r.Header) == nil {
				by = append(by, secret)
			}
		}
		m.signed = append(m.signed, by)
	}))
	t.Cleanup(m.Close)
	return m
}

// takes waits until so many deliveries were taken, and wants the last signed by these secrets.
func (m *ministry) takes(t *testing.T, n int, by ...string) {
	t.Helper()
	var signed [][]string
	eventually(t, patience, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		signed = m.signed
		return len(signed) == n
	}, func() string { return fmt.Sprintf("the agency has taken %d deliveries, and not %d", len(signed), n) })
	require.ElementsMatch(t, by, signed[n-1])
}

// An administrator looks after an agency whose system refuses what it is told: sees what was given up and why, changes the secret that signs, has
// one delivery and then the rest tried again, and ends the secret before. Nothing of it keeps anybody out.
func TestAnAgencysCardAtTheDesk(t *testing.T) {
	t.Parallel()
	url, agency := pgtest.URL(t), startMinistry(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk, worker]\n", url))
	o.run(t, "sample")
	before := o.run(t, "exchange", "endpoint", "moj", "--url", agency.URL)
	clients := filepath.Join(t.TempDir(), "clients.yaml")
	require.NoError(t, os.WriteFile(clients, []byte("clients: [{name: moj-system, title: Минюст, scopes: [exchange], agency: moj}]"), 0o600))
	o.run(t, "client", "load", clients)
	o.run(t, "client", "rotate", "moj-system")
	open := pgtest.Value[[]string](t, url, `SELECT array_agg(number ORDER BY number) FROM cases WHERE agency = 'moj' AND state IN ('registered', 'accepted')`)
	require.Len(t, open, 2)
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour' WHERE agency = 'moj' AND state IN ('registered', 'accepted')`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := administers(t, o, url)
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#view-due")
	for _, number := range open {
		desk.clicks(t, `#worklist tr[data-number="`+number+`"] .take`)
		desk.reads(t, "#opened-case h2", number[:3]+" "+number[3:6])
		desk.types(t, "#opened-case > form.inline input[name=why]", "Передано")
		desk.clicks(t, "#opened-case > form.inline button.primary")
		desk.reads(t, "#opened-case .history", "Передано")
	}
	deliveries := func(want string) {
		t.Helper()
		var is string
		eventually(t, patience, func() bool {
			is = pgtest.Value[string](t, url, `SELECT coalesce(string_agg(state || ' ' || coalesce(last_problem, ''), ', ' ORDER BY id), '') FROM exchange_deliveries`)
			return is == want
		}, func() string { return is + ", and not " + want })
	}
	deliveries("waiting the answer was 500, waiting the answer was 500")
	pgtest.Exec(t, url, `UPDATE exchange_deliveries SET created_at = now() - interval '4 days'`) // the next attempt is the last
	deliveries("dead the answer was 500, dead the answer was 500")

	const row, card = `#agencies tr[data-agency="moj"]`, `.agency[data-agency="moj"]`
	for _, said := range []struct{ language, text string }{{"en", "the answer was 500"}, {"kk", "жауап коды 500 болды"}, {"ru", "в ответ пришёл код 500"}} {
		desk.clicks(t, ".languages button[lang="+said.language+"]")
		desk.reads(t, row, said.text)
	}
	desk.sees(t, row+" .replay")
	desk.clicks(t, row+" .open-agency")
	desk.reads(t, card+" .letters", "case.moved")
	desk.reads(t, card+" .letters", "в ответ пришёл код 500")
	desk.reads(t, card, "moj-system")
	desk.clicks(t, card+" .rotate") // not without a reason
	desk.types(t, card+" input[name=why]", "раз в год")
	desk.clicks(t, card+" .rotate")
	desk.sees(t, card+" .secret input")
	secret := value[string](t, desk, `document.querySelector('.agency .secret input').value`)
	desk.sees(t, card+" .end-old")
	for _, theme := range []string{"light", "dark", "contrast"} {
		desk.runs(t, fmt.Sprintf(`document.documentElement.dataset.theme = %q`, theme))
		require.Empty(t, desk.violations(t, "html"), theme)
	}
	desk.runs(t, `document.documentElement.dataset.theme = 'light'`)
	desk.picture(t, "desk-agency.png")
	desk.clicks(t, card+" .secret button")
	desk.misses(t, card+" .secret")

	letters := func() int { return value[int](t, desk, `document.querySelectorAll('.agency [data-letter]').length`) }
	agency.mu.Lock()
	agency.refuses, agency.secrets = false, []string{before, secret}
	agency.mu.Unlock()
	require.Equal(t, 2, letters())
	desk.clicks(t, card+" .replay-one")
	agency.takes(t, 1, before, secret)
	eventually(t, patience, func() bool { return letters() == 1 }, func() string { return "the letter stays" })

	desk.types(t, card+" input[name=why]", "агентство перешло")
	desk.clicks(t, card+" .end-old")
	desk.misses(t, card+" .end-old")
	desk.clicks(t, row+" .replay")
	agency.takes(t, 2, secret)
	desk.misses(t, card+" [data-letter]")
	desk.misses(t, row+" .replay")
	require.Equal(t, "exchange.rotate, exchange.replay, exchange.secret_end, exchange.replay", pgtest.Value[string](t, url,
		`SELECT string_agg(action, ', ' ORDER BY id) FROM audit WHERE subject = 'agency:moj' AND actor LIKE 'agent:%'`))
	require.NotContains(t, pgtest.Dump(t, url), secret)
}

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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

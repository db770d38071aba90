package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
	"okno/sms/smstest"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

// attacked is an installation with the listeners that strangers reach, and what they tried on it.
type attacked struct {
	*okno
	world
	ussd    *smstest.SMSC     // whose phones play USSD
	gateway string            // "smpp://…"
	times   int               // as many times over as CI does
	cookies map[string]string // of operators who logged in before: later the address is slowed
	rows    []attempt
}

// perAddress is how many connections the attacked installation lets one address hold.
const perAddress = 50

// attempt is a line of the table: what was tried how often, and what came of it.
type attempt struct {
	way, what string
	tries     int
	got       []string // what nobody should get
	instead   string
}

// TestAttack attacks an installation by each way in, and prints what it tried and what it got: nothing. scripts/attack runs it longer.
func TestAttack(t *testing.T) {
	t.Parallel()
	operator := foreign.Start(t)
	phones, ussdLink := ussdGateway(t)
	port, err := sandbox.FreePort()
	require.NoError(t, err)
	database := pgtest.URL(t)
	a := &attacked{}
	voice := a.telephone(t)
	o := newOkno(t, fmt.Sprintf(`database_url: %q
sms:
  links: [{name: operator-a, addr: %q, system_id: okno, password: "${SMPP_A}"}, %s]
  gateway: {listen: "127.0.0.1:%d"}
%s`, database, operator.Addr, ussdLink, port, voice))
	content, err := os.ReadFile(o.config)
	require.NoError(t, err)
	content = bytes.Replace(content, []byte("http: {"), fmt.Appendf(nil, "http: {per_address: %d, ", perAddress), 1)
	require.NoError(t, os.WriteFile(o.config, content, 0o600))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, 3*time.Minute)
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	definition, err := dialogue.Parse(files, conversation.Vocabulary(text.Segments))
	require.NoError(t, err)
	a.okno, a.ussd, a.gateway, a.times = o, phones, fmt.Sprintf("smpp://127.0.0.1:%d", port), int(pgtest.Setting(t, "OKNO_ATTACK", 1))
	a.world = world{okno: o, database: database, operator: operator, texts: definition.Texts, phones: a.phones}
	a.cookies = map[string]string{}
	for _, login := range []string{"boris", "dana"} {
		cookie, status := desktest.LogIn(t, o.http, login, demoPassword)
		require.Equal(t, http.StatusOK, status)
		a.cookies[login] = cookie
	}
	for _, attack := range []func(*testing.T){a.guessesCases, a.proves, a.floods, a.guessesCasesByUSSD, a.guessesPINsByUSSD, a.floodsByUSSD, a.pressesNonsense,
		a.guessesCasesByKeys, a.guessesPINsByKeys, a.mashesKeys,
		a.guessesPasswords, a.guessesCodes, a.enumerates, a.injects, a.forgesOrigins,
		a.abusesTheSocket, a.holdsConnections, a.abusesTheGateway, a.speaksNonsense} {
		attack(t)
	}
	status, waiting := a.okno.ready(t)
	require.Equal(t, http.StatusOK, status, waiting)
	a.report(t)
}

// report prints the table, and wants nothing gained.
func (a *attacked) report(t *testing.T) {
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WAY\tTRIED\tTIMES\tGOT\tINSTEAD")
	for _, row := range a.rows {
		got := "nothing"
		if len(row.got) > 0 {
			got = strings.Join(row.got, "; ")
			t.Errorf("%s: %s: %s", row.way, row.what, got)
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\n", row.way, row.what, row.tries, got, row.instead)
	}
	require.NoError(t, out.Flush())
	t.Log("\n" + table.String())
	if file := os.Getenv("OKNO_ATTACK_TABLE"); file != "" {
		require.NoError(t, os.WriteFile(file, table.Bytes(), 0o600))
	}
}

func (a *attacked) tried(way, what string, tries int, instead string, got ...string) {
	a.rows = append(a.rows, attempt{way, what, tries, got, instead})
}

// asks makes an HTTP request, whatever the body, and gives the status and what was said.
func (a *attacked) asks(t *testing.T, method, path string, body []byte, headers map[string]string) (int, string, http.Header) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, a.okno.http+path, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(said), response.Header
}

// guessesCases asks by SMS for case numbers that may be there, and for one that is after all that.
func (a *attacked) guessesCases(t *testing.T) {
	number := a.caseOf(t, "+77010000003", "accepted")
	var got []string
	tries := 0
	for range a.times {
		stranger := fmt.Sprintf("+7701666%04d", tries)
		for range 14 {
			a.sends(t, stranger, "STATUS "+unknownCase(t))
			tries++
		}
		eventually(t, patience, func() bool { return len(a.operator.Written(stranger)) >= 14 }, func() string { return "no answers to guesses" })
		before := len(a.operator.Written(stranger))
		a.sends(t, stranger, "STATUS "+number)
		eventually(t, patience, func() bool { return len(a.operator.Written(stranger)) > before }, func() string { return "no answer to the last guess" })
		if last := a.operator.Written(stranger)[before]; strings.Contains(last, "Accepted") {
			got = append(got, last)
		}
	}
	a.tried("SMS", "case numbers guessed, then one that is there", tries, "the same word of a block", got...)
}

// proves claims to be the citizen of a case, and guesses the PIN.
func (a *attacked) proves(t *testing.T) {
	const stranger = "+77016660900"
	number := a.caseOf(t, "+77010000003", "accepted")
	var got []string
	tries := 0
	say := func(body string) string {
		before := len(a.operator.Written(stranger))
		a.sends(t, stranger, body)
		eventually(t, patience, func() bool { return len(a.operator.Written(stranger)) > before }, func() string { return "no answer to " + body })
		return a.operator.Written(stranger)[before]
	}
	say("STATUS " + number)
	say("1")
	say("920720350032")
	say("1")
	for _, pin := range []string{"123456", "000000", "111111", "920720", "654321", "121212"} {
		tries++
		if said := say(pin); strings.Contains(said, "Trade") || strings.Contains(said, "next") {
			got = append(got, said)
		}
	}
	a.tried("SMS", "a PIN guessed for the citizen of a case", tries, "wrong; other ways are named", got...)
}

// floods writes more than anybody reads.
func (a *attacked) floods(t *testing.T) {
	const stranger = "+77016660901"
	pgtest.Exec(t, a.database, `UPDATE agents SET status = 'available', connected_until = now() + interval '1 hour', connected_node = 'x' WHERE login = 'timur'`)
	for range 60 * a.times {
		a.sends(t, stranger, "ОПЕРАТОР")
	}
	waiting := pgtest.Value[int](t, a.database, `SELECT count(*)::int FROM contacts WHERE state <> 'ended'`)
	var got []string
	if waiting > 1 {
		got = append(got, fmt.Sprintf("%d places in the queue", waiting))
	}
	if written := len(a.operator.Written(stranger)); written > 25 {
		got = append(got, fmt.Sprintf("%d answers", written))
	}
	a.tried("SMS", "a flood of requests for an operator", 60*a.times, "one place, and once the word to slow down", got...)
}

func (a *attacked) guessesPasswords(t *testing.T) {
	var got []string
	answers := map[int]int{}
	tries := 40 * a.times
	for i := range tries {
		status, said, _ := a.asks(t, "POST", "/desk/login", fmt.Appendf(nil, `{"login": "aliya", "password": "password%d"}`, i), nil)
		if answers[status]++; status == http.StatusOK || status >= 500 && status != http.StatusServiceUnavailable {
			got = append(got, said)
		}
	}
	if answers[http.StatusUnauthorized] > 10 {
		got = append(got, fmt.Sprintf("%d guesses were looked at", answers[http.StatusUnauthorized]))
	}
	a.tried("HTTP", "an operator's password guessed", tries, fmt.Sprintf("statuses %v", answers), got...)
}

func (a *attacked) guessesCodes(t *testing.T) {
	key := a.okno.run(t, "client", "add", "portal under attack")
	const citizen = "+77010000001"
	status, challenge := a.okno.request(t, http.MethodPost, "/api/v1/challenges", key, map[string]string{"number": citizen, "purpose": "sign-in"})
	require.Equal(t, http.StatusCreated, status, challenge)
	eventually(t, patience, func() bool { return len(a.operator.Written(citizen)) > 0 }, func() string { return "no password" })
	code := sixDigits.FindString(a.operator.Written(citizen)[0])
	verify := func(typed string) (int, map[string]any) {
		return a.okno.request(t, http.MethodPost, "/api/v1/challenges/"+challenge["id"].(string)+"/verify", key, map[string]string{"code": typed})
	}
	var got []string
	for i := range 8 {
		if status, answer := verify(fmt.Sprintf("%06d", (i*111111+7)%1000000)); status == http.StatusOK {
			got = append(got, fmt.Sprint(answer))
		}
	}
	if status, answer := verify(code); status == http.StatusOK {
		got = append(got, fmt.Sprint("the right one after all: ", answer))
	}
	a.tried("HTTP", "a one-time password guessed, then given", 9, "exhausted after five", got...)
}

func (a *attacked) enumerates(t *testing.T) {
	key := a.okno.run(t, "client", "add", "portal that counts")
	shapes := map[string]string{}
	var got []string
	for kind, number := range map[string]string{"bound": "+77010000004", "nobody's": "+77016669999"} {
		status, answer := a.okno.request(t, http.MethodPost, "/api/v1/challenges", key, map[string]string{"number": number, "purpose": "sign-in"})
		for _, unlike := range []string{"id", "expires_at", "created_at", "resend_at", "resend_after"} {
			delete(answer, unlike)
		}
		shapes[kind] = fmt.Sprint(status, answer)
	}
	if shapes["bound"] != shapes["nobody's"] {
		got = append(got, fmt.Sprint(shapes))
	}
	for _, path := range []string{"/api/v1/challenges/1", "/api/v1/challenges/x", "/desk/me", "/desk/search?q=Айгуль", "/metrics", "/sms/links", "/desk/journal?citizen=1"} {
		if status, said, _ := a.asks(t, "GET", path, nil, nil); status < 400 {
			got = append(got, path+": "+said)
		}
	}
	a.tried("HTTP", "who is bound; paths without a login", 9, "the same answer for both; 401, 403, 404", got...)
}

func (a *attacked) injects(t *testing.T) {
	key := a.okno.run(t, "client", "add", "portal that injects")
	var got []string
	tries := 0
	for _, evil := range []string{`'; DROP TABLE citizens; --`, `" OR 1=1`, "a\x00b", "\xff\xfe", `<script>alert(1)</script>`, strings.Repeat("9", 100_000), `../../etc/passwd`, `${SECRET}`, "{{.}}", "%00"} {
		quoted, err := json.Marshal(evil)
		require.NoError(t, err)
		for _, r := range []struct{ method, path, body string }{
			{"POST", "/desk/login", `{"login": ` + string(quoted) + `, "password": "x"}`},
			{"POST", "/desk/login", `{"login": "` + evil + `", "password": "x"}`},
			{"POST", "/api/v1/challenges", `{"number": ` + string(quoted) + `, "purpose": "sign-in"}`},
			{"POST", "/api/v1/challenges", `{"number": "+77010000001", "purpose": ` + string(quoted) + `}`},
			{"GET", "/api/v1/challenges/" + fmt.Sprintf("%x", evil)[:min(60, 2*len(evil))], ``},
		} {
			tries++
			status, said, headers := a.asks(t, r.method, r.path, []byte(r.body), map[string]string{"Authorization": "Bearer " + key})
			if status < 400 || status == http.StatusInternalServerError || !strings.HasPrefix(headers.Get("Content-Type"), "application/problem+json") {
				got = append(got, fmt.Sprintf("%s %d %.80s", r.path, status, said))
			}
		}
	}
	for _, evil := range []string{"'; DROP TABLE entries; --", "<b>INFO 031</b>", "${jndi:ldap://x}", "STATUS 1' OR '1'='1"} {
		tries++
		a.sends(t, "+77016660902", evil)
	}
	eventually(t, patience, func() bool { return len(a.operator.Written("+77016660902")) >= 4 }, func() string { return "no answers to injections" })
	require.Positive(t, pgtest.Value[int](t, a.database, `SELECT count(*)::int FROM entries`))
	a.tried("HTTP, SMS", "SQL, scripts, NUL, bad UTF-8, 100,000 digits", tries, "problem+json with 4xx; a search in the catalogue", got...)
}

func (a *attacked) forgesOrigins(t *testing.T) {
	cookie := a.cookies["boris"]
	var got []string
	for _, headers := range []map[string]string{{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}} {
		headers["Cookie"] = cookie
		for _, path := range []string{"/desk/login", "/desk/logout"} {
			if status, said, _ := a.asks(t, "POST", path, []byte(`{"login": "boris", "password": "okno-demo"}`), headers); status < 400 {
				got = append(got, path+" "+said)
			}
		}
		header := http.Header{"Cookie": {cookie}}
		for name, value := range headers {
			header.Set(name, value)
		}
		if header.Get("Origin") == "" {
			continue
		}
		socket, _, err := desktest.DialFrom(a.okno.http, header)
		if err == nil {
			got = append(got, "a socket for "+header.Get("Origin"))
			_ = socket.Close()
		}
	}
	if socket, _, err := desktest.Dial(a.okno.http, "okno=forged"); err == nil {
		got = append(got, "a socket with a forged cookie")
		_ = socket.Close()
	}
	require.Less(t, desktest.LogOut(t, a.okno.http, cookie), 300)
	if socket, _, err := desktest.Dial(a.okno.http, cookie); err == nil {
		got = append(got, "a socket with the cookie of a login that has ended")
		_ = socket.Close()
	}
	a.tried("HTTP, websocket", "other sites' requests, forged and old cookies", 10, "403, 401", got...)
}

func (a *attacked) abusesTheSocket(t *testing.T) {
	p := desktest.Open(t, a.okno.http, a.cookies["dana"], nil)
	p.Until("snapshot", func(m desktest.M) bool { return m["type"] == "snapshot" })
	contact := pgtest.Value[int64](t, a.database, `SELECT min(id) FROM contacts`)
	var got []string
	tries := 0
	for _, c := range []struct {
		name string
		args desktest.M
	}{
		{"accept", desktest.M{"contact": contact}}, {"reply", desktest.M{"contact": contact, "text": "x"}}, {"note", desktest.M{"contact": contact, "text": "x"}},
		{"reveal", desktest.M{"contact": contact}}, {"verify", desktest.M{"contact": contact}}, {"bind", desktest.M{"contact": contact, "number": "+77016660903"}},
		{"finish", desktest.M{"contact": contact}}, {"case_open", desktest.M{"contact": contact, "kind": "appeal", "subject": "x"}},
		{"order_link", desktest.M{"link": "operator-a", "order": "paused"}}, {"no_such_command", nil}, {"reply", desktest.M{"contact": "x", "text": 7}},
		{"reply", desktest.M{"contact": contact, "text": "a\x00b"}}, {"reply", desktest.M{"contact": -1, "text": strings.Repeat("x", 60_000)}},
	} {
		tries++
		if answer := p.Sends(c.name, c.args); answer["ok"] == true {
			got = append(got, c.name+fmt.Sprint(answer))
		} else if answer["code"] == "internal" {
			got = append(got, c.name+": internal")
		}
	}
	if err := p.Socket.WriteJSON(strings.Repeat("x", 4<<20)); err == nil {
		tries++
		if _, _, err := p.Await(func(m desktest.M) bool { return false }, 5*time.Second); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			got = append(got, "4 MB in one frame are read")
		}
	}
	a.tried("websocket", "another's contact, unknown and broken commands, 4 MB", tries, "a numbered error; closed", got...)
}

func (a *attacked) holdsConnections(t *testing.T) {
	var held []net.Conn
	defer func() {
		for _, c := range held {
			_ = c.Close()
		}
	}()
	for range 200 * a.times {
		c, err := net.Dial("tcp", strings.TrimPrefix(a.okno.http, "http://"))
		if err != nil {
			break
		}
		_, _ = c.Write([]byte("POST /desk/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"))
		held = append(held, c)
	}
	var got []string
	open := 0
	for _, c := range held {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); err != nil && isTimeout(err) {
			open++
		}
	}
	if open > perAddress {
		got = append(got, fmt.Sprintf("%d connections of one address are held", open))
	}
	for _, c := range held {
		_ = c.Close()
	}
	held = nil
	eventually(t, patience, func() bool { status, _ := a.okno.ready(t); return status == http.StatusOK }, func() string { return "not ready after the flood of connections" })
	a.tried("HTTP", "bodies that never end, all at once", 200*a.times, fmt.Sprintf("%d were let in", open), got...)
}

func (a *attacked) abusesTheGateway(t *testing.T) {
	add := command("smpp-account", "add", "minjust", "--name", "Ministry", "--senders", "119,MINJUST", "--config", a.okno.config)
	add.Stdin = strings.NewReader("passw0rd\n")
	said, err := add.CombinedOutput()
	require.NoError(t, err, "%s", said)
	peer := foreign.StartAgency(t)
	var got []string
	tries := 0
	for i := range 12 * a.times {
		tries++
		if peer.Bind(a.gateway, "bind_transceiver", "stranger", fmt.Sprint("guess", i)) == 0 {
			got = append(got, "a stranger's bind")
		}
	}
	require.Zero(t, peer.Bind(a.gateway, "bind_transceiver", "minjust", "passw0rd"))
	for _, m := range []map[string]any{
		{"source_addr": "1414", "destination_addr": "77010000001", "short_message": "Okno: 123456"},
		{"source_addr": "Okno", "destination_addr": "77010000001", "short_message": "hello"},
		{"source_addr": "119", "destination_addr": "882160000001", "short_message": "hello"},
		{"source_addr": "119", "destination_addr": "19001234567", "short_message": "hello"},
		{"source_addr": "119", "destination_addr": "77010000001", "short_message": "Ваш код 123456. Никому не сообщайте"},
	} {
		tries++
		m["dest_addr_ton"] = 1
		if answer := peer.Send("submit_sm", m, nil); answer.Status == 0 {
			got = append(got, fmt.Sprint(m))
		}
	}
	a.tried("SMPP", "binds guessed; reserved senders, premium numbers, texts like codes", tries, "refused, with the reason", got...)
}

// speaksNonsense sends octets that are no PDU to the gateway, and PDUs of an operator that make no sense.
func (a *attacked) speaksNonsense(t *testing.T) {
	var got []string
	tries := 0
	for _, octets := range [][]byte{bytes.Repeat([]byte{0xff}, 64), {0, 0, 0, 4}, {0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 9}, []byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 4096)} {
		for range 10 * a.times {
			tries++
			c, err := net.Dial("tcp", strings.TrimPrefix(a.gateway, "smpp://"))
			if err != nil {
				continue
			}
			_, _ = c.Write(octets)
			_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := io.Copy(io.Discard, c); err != nil && isTimeout(err) {
				got = append(got, fmt.Sprintf("%x is waited for", octets[:min(8, len(octets))]))
			}
			_ = c.Close()
		}
	}
	a.tried("SMPP", "octets that are no PDU", tries, "closed", got...)
}

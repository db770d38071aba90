package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"okno/internal/client"
	"okno/internal/otp"
	"okno/internal/postgres/messages"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

// portals is how many requests are under way at once; rounds is how often Okno and pgbench take turns, so that
// a machine that is busy is so for both.
const (
	portals = 48 // as many as wait for a page at once
	clients = 16 // of pgbench: as many as Okno has connections
	rounds  = 3
)

// passwords is Okno's API on a Postgres that syncs every commit, with bound numbers, and a portal that uses it.
type passwords struct {
	beside
	process *sandbox.Process
	key     string
	url     string
	http    *http.Client

	next atomic.Int64 // whose number is next
	mu   sync.Mutex
	sent []string // ids of challenges that have not been met
}

// The statements of a send and of a verification, the look-up of the key among them, as pgbench has them: as many, in a transaction that
// is synced. A row is locked, changed or added where Okno does that; where Okno adds several rows by one statement, pgbench adds one.
const (
	sendScript = `\set a random(1, 100000 * :scale)
\set b random(1, 100000 * :scale)
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
BEGIN;
SELECT pg_advisory_xact_lock(:a);
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 1, CURRENT_TIMESTAMP);
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :b, 1, CURRENT_TIMESTAMP);
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 1, CURRENT_TIMESTAMP);
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :b;
END;
`
	verifyScript = `\set a random(1, 100000 * :scale)
\set b random(1, 100000 * :scale)
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
BEGIN;
SELECT abalance FROM pgbench_accounts WHERE aid = :a FOR UPDATE;
SELECT pg_advisory_xact_lock(:a);
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :a;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 1, CURRENT_TIMESTAMP);
END;
`
)

// otpResult is what was measured, a second.
type otpResult struct {
	sends, sendsBeside       []float64
	verified, verifiedBeside []float64
	latencies                []latency // of verifications, by rate
	latenciesBeside          []latency // of pgbench
	sendCPU, verifyCPU       spent
	sendCPUBeside            spent // pgbench's
	verifyCPUBeside          spent
}

// spent is the processor time of Okno and of Postgres, and for how many it was.
type spent struct {
	okno, postgres time.Duration
	n              float64
}

// each gives the milliseconds for one.
func (s spent) each() (okno, postgres float64) {
	return float64(s.okno.Microseconds()) / s.n / 1000, float64(s.postgres.Microseconds()) / s.n / 1000
}

func benchOTP(ctx context.Context, f flags, folder string) (err error) {
	p := &passwords{beside: beside{folder: folder}, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * portals}}}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.start(ctx, f.Okno); err != nil {
		return err
	}
	var r otpResult
	if _, _, err := many(ctx, time.Second, p.send); err != nil { // statements are prepared
		return err
	}
	for range rounds {
		for _, one := range []struct {
			into, beside   *[]float64
			cpu, cpuBeside *spent
			script         string
			do             func(context.Context) error
		}{{&r.sends, &r.sendsBeside, &r.sendCPU, &r.sendCPUBeside, sendScript, p.send}, {&r.verified, &r.verifiedBeside, &r.verifyCPU, &r.verifyCPUBeside, verifyScript, p.verify}} {
			beside, err := p.spending(one.cpuBeside, func() (float64, time.Duration, error) {
				perSecond, err := p.pgbench(ctx, one.script, f.During)
				return perSecond, f.During, err
			})
			if err != nil {
				return err
			}
			if one.into == &r.verified {
				if err := p.readCodes(ctx); err != nil {
					return err
				}
			}
			own, err := p.spending(one.cpu, func() (float64, time.Duration, error) { return many(ctx, f.During, one.do) })
			if err != nil {
				return err
			}
			*one.into, *one.beside = append(*one.into, own), append(*one.beside, beside)
		}
	}
	for _, rate := range f.Rates {
		if _, _, err := p.times(ctx, rate*int((f.During+2*warmingUp).Seconds()), p.send); err != nil {
			return err
		}
		if err := p.readCodes(ctx); err != nil {
			return err
		}
		l, err := at(ctx, rate, f.During, p.verify)
		if err != nil {
			return err
		}
		beside, err := p.pgbenchAt(ctx, verifyScript, rate, f.During)
		if err != nil {
			return err
		}
		r.latencies, r.latenciesBeside = append(r.latencies, l), append(r.latenciesBeside, beside)
	}
	return reportOTP(f, r)
}

// start starts Postgres, with a portal and bound numbers, and an API.
func (p *passwords) start(ctx context.Context, program string) (err error) {
	if err := p.open(ctx, store.Options{}); err != nil {
		return err
	}
	if err := p.addPortal(ctx); err != nil {
		return err
	}
	if err := p.fillBeside(ctx, 1_000_000); err != nil {
		return err
	}
	port, err := sandbox.FreePort()
	if err != nil {
		return err
	}
	p.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	config := filepath.Join(p.folder, "okno.yaml")
	err = writeConfig(config, p.postgres.URL(), fmt.Sprintf("http: {listen: \"127.0.0.1:%d\"}\nroles: [api]\n", port))
	if err != nil {
		return err
	}
	p.process, err = start("okno", p.folder, program, "serve", "--config", config)
	if err != nil {
		return err
	}
	return p.awaitReady(ctx)
}

const bindNumbers = `
WITH c AS (
    INSERT INTO citizens (national_number, name, language) SELECT lpad(n::text, 12, '0'), 'x', 'ru' FROM generate_series(1, 300000) n RETURNING id, national_number
)
INSERT INTO bindings (citizen_id, number) SELECT id, '+7701' || right(national_number, 7) FROM c`

func (p *passwords) addPortal(ctx context.Context) error {
	p.key = "a key for a benchmark"
	none := 0
	c, err := client.Entry{Name: "portal", Budget: &none}.Client()
	if err != nil {
		return err
	}
	err = p.db.Do(ctx, func(w *store.Work) error {
		if _, err := w.SaveClient(ctx, c, "bench"); err != nil {
			return err
		}
		if _, err := w.SavePurpose(ctx, otp.SignIn(c.Name), "bench"); err != nil {
			return err
		}
		if _, err := w.AddKey(ctx, c.Name, client.Hash(p.key), time.Now(), client.Lifetime, client.Overlap, "bench", ""); err != nil {
			return err
		}
		_, err := w.Tx.Exec(ctx, bindNumbers)
		return err
	})
	if err != nil {
		return err
	}
	_, err = p.db.Exec(ctx, "ANALYZE")
	return err
}

func (p *passwords) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		if response, err := p.http.Get(p.url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("okno is not ready: %w", ctx.Err())
		case <-poll.C:
		}
	}
}

func (p *passwords) stop() (err error) {
	if p.process != nil {
		err = p.process.Stop()
	}
	return errors.Join(err, p.close())
}

// ask sends a request, and reads the answer into what is given.
func (p *passwords) ask(ctx context.Context, path, body string, want int, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/api/v1/challenges"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+p.key)
	response, err := p.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != want {
		return fmt.Errorf("%s: %s", path, bytes.TrimSpace(answer))
	}
	return json.Unmarshal(answer, into)
}

func (p *passwords) send(ctx context.Context) error {
	var c struct{ ID string }
	return p.ask(ctx, "", fmt.Sprintf(`{"number": "+7701%07d", "purpose": "sign-in"}`, p.next.Add(1)), http.StatusCreated, &c)
}

// readCodes reads the codes that were sent and not met, as the citizens do.
func (p *passwords) readCodes(ctx context.Context) error {
	ring, err := benchKeys()
	if err != nil {
		return err
	}
	rows, err := p.db.Query(ctx, `SELECT c.public_id, m.sealed FROM challenges c JOIN mt_messages m ON m.challenge_id = c.id
		WHERE c.state = 'sent' AND c.expires_at > now() + interval '30 seconds' ORDER BY c.id DESC`)
	if err != nil {
		return err
	}
	defer rows.Close()
	p.sent = nil
	for rows.Next() {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return err
		}
		text, err := messages.OpenText(ring, sealed)
		if err != nil {
			return err
		}
		p.sent = append(p.sent, id+" "+codeIn.FindString(text))
	}
	return rows.Err()
}

// codeIn finds the code in a message.
var codeIn = regexp.MustCompile(`[0-9]{6}`)

var errSpent = errors.New("all passwords are verified")

func (p *passwords) verify(ctx context.Context) error {
	p.mu.Lock()
	if len(p.sent) == 0 {
		p.mu.Unlock()
		return errSpent
	}
	one := p.sent[len(p.sent)-1]
	p.sent = p.sent[:len(p.sent)-1]
	p.mu.Unlock()
	id, code, _ := strings.Cut(one, " ")
	var answer struct{ Proof string }
	return p.ask(ctx, "/"+id+"/verify", `{"code": "`+code+`"}`, http.StatusOK, &answer)
}

// many does something for a while, as fast as it goes, and gives how often a second, and how long that took.
func many(ctx context.Context, during time.Duration, do func(context.Context) error) (float64, time.Duration, error) {
	return parallel(func(done int, since time.Time) bool { return time.Since(since) < during }, func() error { return do(ctx) })
}

// times does something so often.
func (p *passwords) times(ctx context.Context, n int, do func(context.Context) error) (float64, time.Duration, error) {
	return parallel(func(done int, _ time.Time) bool { return done < n }, func() error { return do(ctx) })
}

// parallel does something while it is to go on, or until it is spent.
func parallel(goesOn func(done int, since time.Time) bool, do func() error) (perSecond float64, took time.Duration, err error) {
	var all sync.WaitGroup
	var begun, done atomic.Int64
	var mu sync.Mutex
	var failed error
	began := time.Now()
	for range portals {
		all.Go(func() {
			for goesOn(int(begun.Add(1)-1), began) {
				if err := do(); err != nil {
					mu.Lock()
					defer mu.Unlock()
					if !errors.Is(err, errSpent) {
						failed = errors.Join(failed, err)
					}
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	took = time.Since(began)
	return float64(done.Load()) / took.Seconds(), took, failed
}

// spending adds up the processor time that fn takes.
func (p *passwords) spending(into *spent, fn func() (perSecond float64, took time.Duration, err error)) (float64, error) {
	cpus := func() (okno, postgres time.Duration, err error) {
		if okno, err = cpuOf(p.process.PID()); err == nil {
			postgres, err = cpuOf(p.postgres.PID())
		}
		return okno, postgres, err
	}
	okno, postgres, err := cpus()
	if err != nil {
		return 0, err
	}
	perSecond, took, err := fn()
	if err != nil {
		return 0, err
	}
	oknoAfter, postgresAfter, err := cpus()
	into.okno, into.postgres, into.n = into.okno+oknoAfter-okno, into.postgres+postgresAfter-postgres, into.n+perSecond*took.Seconds()
	return perSecond, err
}

// warmingUp is how long something is done at a rate before it is counted, by Okno and by pgbench: connections that were idle are asked
// whether they live, and the memory of both has gone cold while the other was measured, which takes the first tenth of a second.
const warmingUp = time.Second

// at does something so often a second, whether the last is done or not, and gives how long it takes.
func at(ctx context.Context, rate int, during time.Duration, do func(context.Context) error) (latency, error) {
	lasts := func(d time.Duration) func() bool {
		began := time.Now()
		return func() bool { return time.Since(began) < d }
	}
	if _, err := while(ctx, lasts(warmingUp), rate, do); err != nil {
		return latency{}, err
	}
	return while(ctx, lasts(during), rate, do)
}

// while is at from the first moment, as long as something goes on.
func while(ctx context.Context, goesOn func() bool, rate int, do func(context.Context) error) (latency, error) {
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var all sync.WaitGroup
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	for begun := 0; goesOn(); <-tick.C {
		for due := int(time.Since(began).Seconds() * float64(rate)); begun < due; begun++ {
			all.Go(func() {
				since := time.Now()
				err := do(ctx)
				mu.Lock()
				defer mu.Unlock()
				took, failed = append(took, time.Since(since)), errors.Join(failed, err)
			})
		}
	}
	all.Wait()
	if failed != nil {
		return latency{}, failed
	}
	return latencyOf(took)
}

func reportOTP(f flags, r otpResult) error {
	median := func(all []float64) float64 {
		slices.Sort(all)
		return all[len(all)/2]
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tokno\tpgbench\tokno ÷ pgbench\t")
	for _, row := range []struct {
		name        string
		own, beside []float64
	}{{"passwords sent/s", r.sends, r.sendsBeside}, {"passwords verified/s", r.verified, r.verifiedBeside}} {
		own, beside := median(row.own), median(row.beside)
		fmt.Fprintf(out, "%s\t%.0f\t%.0f\t%.2f\t\n", row.name, own, beside, own/beside)
	}
	for _, row := range []struct {
		name        string
		own, beside spent
	}{{"send", r.sendCPU, r.sendCPUBeside}, {"verify", r.verifyCPU, r.verifyCPUBeside}} {
		okno, postgres := row.own.each()
		_, beside := row.beside.each()
		fmt.Fprintf(out, "CPU ms to %s: Okno's\t%.2f\t\t\t\n  Postgres's\t%.2f\t%.2f\t\t\n", row.name, okno, postgres, beside)
	}
	for i, rate := range f.Rates {
		fmt.Fprintf(out, "  verified at %d/s: p50 / p99 ms\t%s\t%s\t\t\n", rate, r.latencies[i], r.latenciesBeside[i])
	}
	return out.Flush()
}

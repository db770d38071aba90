package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"text/tabwriter"
	"time"

	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

const (
	abreast  = 64 // pages that connect at once where that is not what is measured
	fanOuts  = 20 // events that are sent to all
	settling = 10 * time.Second
	// The desks that come back after a node's death, and those that are offered what waits.
	returning, offeredTo, waitingInQueue = 5_000, 1_000, 20_000
)

// many agents of one queue, each logged in, and one who leads them. The cookie's value is the login.
const hireAgents = `
WITH q AS (INSERT INTO queues (name, title) VALUES ('general', '{"ru": "Общие"}'), ('other', '{"ru": "Другие"}') RETURNING name),
     a AS (INSERT INTO agents (login, name, role, password_hash, languages, status)
           SELECT 'bench-' || n, 'Bench ' || n, CASE n WHEN 0 THEN 'supervisor' ELSE 'agent' END, '', '{ru}', 'paused' FROM generate_series(0, $1::int) n
           RETURNING id, login),
     s AS (INSERT INTO agent_queues SELECT a.id, q.name FROM a, q)
INSERT INTO logins (token_hash, agent_id, expires_at) SELECT sha256(convert_to(login, 'UTF8')), id, now() + interval '2 hours' FROM a`

// citizens who wait in writing.
const haveWait = `
WITH i AS (INSERT INTO interactions (channel, language) SELECT 'sms', 'ru' FROM generate_series(1, $1::int) RETURNING id)
INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect) SELECT id, 'general', 'sms', 'ru', 'operator', '1' FROM i RETURNING id`

const beginWork = `
UPDATE agents SET status = 'available', status_at = now(), idle_since = now(), version = version + 1 WHERE login IN (SELECT 'bench-' || n FROM generate_series(1, $1::int) n)`

// deskResult is what was measured; what a bare server did stands beside it.
type deskResult struct {
	desks              int
	memory, bareMemory float64 // bytes for each connection
	event, bareEvent   latency
	back               time.Duration
	offers             float64 // a second
}

// floorOfDesks is Okno on two nodes.
type floorOfDesks struct {
	beside
	nodes []*deskNode
}

// deskNode is a process with the roles of a desk and of the distribution.
type deskNode struct {
	address string // host:port
	process *sandbox.Process
}

func benchDesk(ctx context.Context, f flags, folder string) (err error) {
	r := deskResult{desks: f.Desks}
	if err := r.measureBare(ctx, folder); err != nil {
		return fmt.Errorf("bare server: %w", err)
	}
	o := &floorOfDesks{beside: beside{folder: folder}}
	defer func() { err = errors.Join(err, o.stop()) }()
	if err := o.start(ctx, f); err != nil {
		return err
	}
	if err := o.measure(ctx, &r); err != nil {
		return err
	}
	return r.report()
}

// measureBare measures a bare server in a process of its own.
func (r *deskResult) measureBare(ctx context.Context, folder string) (err error) {
	port, err := sandbox.FreePort()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	process, err := start("echo", folder, self, "echo", "--okno", self, "--listen", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, process.Stop()) }()
	if err := awaitPort(ctx, address); err != nil {
		return err
	}
	r.bareMemory, r.bareEvent, err = hold(ctx, process.PID(), r.desks,
		func(ctx context.Context, _ int) (*page, error) { return openPage(ctx, address, "", "hello", "hello") },
		toAll, func(first *page, _ int) error { return first.say(toAll) })
	return err
}

// hold connects pages to a process, and gives the memory that it holds for each, and how long an event takes to all of them. tell has the n-th
// event told, in a message with a part.
func hold(ctx context.Context, pid, n int, open func(context.Context, int) (*page, error), part string, tell func(first *page, n int) error) (memory float64, event latency, err error) {
	before, err := heldMemory(pid)
	if err != nil {
		return 0, event, err
	}
	all, err := connect(ctx, n, abreast, open)
	defer all.close()
	if err != nil {
		return 0, event, err
	}
	if err := pause(ctx, settling); err != nil {
		return 0, event, err
	}
	after, err := heldMemory(pid)
	if err != nil {
		return 0, event, err
	}
	var took []time.Duration
	for i := range fanOuts {
		heard := all.expect(part)
		began := time.Now()
		if err := tell(all[0], i); err != nil {
			return 0, event, err
		}
		if err := within(ctx, time.Minute, heard); err != nil {
			return 0, event, err
		}
		took = append(took, all.took(began)...)
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return 0, event, err
		}
	}
	event, err = latencyOf(took)
	return float64(after-before) / float64(n), event, err
}

func (o *floorOfDesks) start(ctx context.Context, f flags) error {
	if err := o.open(ctx, store.Options{}); err != nil {
		return err
	}
	if _, err := o.db.Exec(ctx, hireAgents, max(f.Desks, returning)); err != nil {
		return err
	}
	if out, err := o.tool(ctx, "vacuumdb", "-z", "-q"); err != nil {
		return fmt.Errorf("vacuumdb: %w: %s", err, out)
	}
	for range 2 {
		if err := o.addNode(ctx, f.Okno); err != nil {
			return err
		}
	}
	return nil
}

func (o *floorOfDesks) addNode(ctx context.Context, program string) error {
	port, err := sandbox.FreePort()
	if err != nil {
		return err
	}
	node := &deskNode{address: fmt.Sprintf("127.0.0.1:%d", port)}
	name := fmt.Sprint("node-", len(o.nodes))
	config := filepath.Join(o.folder, name+".yaml")
	err = writeConfig(config, o.postgres.URL(), fmt.Sprintf(`http: {listen: %q, connections: 30000, per_address: 30000, internal: {listen: ""}}
roles: [desk, worker]
`, node.address))
	if err != nil {
		return err
	}
	node.process, err = start(name, o.folder, program, "serve", "--config", config)
	if err != nil {
		return err
	}
	o.nodes = append(o.nodes, node)
	return awaitPort(ctx, node.address)
}

func (o *floorOfDesks) stop() (err error) {
	for _, n := range o.nodes {
		err = errors.Join(err, n.process.Stop())
	}
	return errors.Join(err, o.close())
}

// open opens the desk of an agent at a node, once it has all that it shows.
func (n *deskNode) open(ctx context.Context, agent int) (*page, error) {
	return openPage(ctx, n.address+"/desk/ws", fmt.Sprint("__Host-okno=bench-", agent), `{"type":"hello","streams":{}}`, `"type":"snapshot"`)
}

func (o *floorOfDesks) measure(ctx context.Context, r *deskResult) (err error) {
	first, second := o.nodes[0], o.nodes[1]
	var contact int64
	if err := o.db.QueryRow(ctx, haveWait, 1).Scan(&contact); err != nil {
		return err
	}
	r.memory, r.event, err = hold(ctx, first.process.PID(), r.desks, first.open, `"type":"queues"`, func(leader *page, n int) error {
		return leader.say(fmt.Sprintf(`{"type":"command","id":"bench-%d","name":"requeue","args":{"contact":%d,"queue":"%s"}}`, n, contact, []string{"other", "general"}[n%2]))
	})
	if err != nil {
		return fmt.Errorf("event to all: %w", err)
	}
	if r.back, err = o.comeBack(ctx); err != nil {
		return fmt.Errorf("come back: %w", err)
	}
	r.offers, err = o.offer(ctx, second)
	return err
}

// comeBack kills a node, and gives how long all of its pages take to have their desks from another.
func (o *floorOfDesks) comeBack(ctx context.Context) (time.Duration, error) {
	first, second := o.nodes[0], o.nodes[1]
	all, err := connect(ctx, returning, abreast, first.open)
	defer all.close()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, settling); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := syscall.Kill(first.process.PID(), syscall.SIGKILL); err != nil {
		return 0, err
	}
	back, err := connect(ctx, returning, returning, func(ctx context.Context, i int) (*page, error) {
		<-all[i].ended
		return second.open(ctx, i)
	})
	took := time.Since(began)
	back.close()
	return took, err
}

// offer has many wait for agents who all come at once, and gives the offers a second that their pages show.
func (o *floorOfDesks) offer(ctx context.Context, n *deskNode) (float64, error) {
	all, err := connect(ctx, offeredTo, abreast, func(ctx context.Context, i int) (*page, error) { return n.open(ctx, i+1) })
	defer all.close()
	if err != nil {
		return 0, err
	}
	if _, err := o.db.Exec(ctx, haveWait, waitingInQueue); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := o.db.Exec(ctx, beginWork, offeredTo); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var shown int64
		for _, p := range all {
			shown += p.offers.Load()
		}
		// An agent has room for five, and an offer that nobody takes ends after 20 s.
		if shown >= 3*offeredTo || time.Since(began) > 15*time.Second {
			return float64(shown) / time.Since(began).Seconds(), nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

func (r *deskResult) report() error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tokno\ta bare server\tokno ÷ bare\t")
	fmt.Fprintf(out, "desks connected\t%d\t%d\t\t\n", r.desks, r.desks)
	fmt.Fprintf(out, "memory for each, KB\t%.1f\t%.1f\t%.2f\t\n", r.memory/1000, r.bareMemory/1000, r.memory/r.bareMemory)
	fmt.Fprintf(out, "an event to all, p50 / p99 ms\t%s\t%s\t\t\n", r.event, r.bareEvent)
	fmt.Fprintf(out, "%d desks back after a node's death, s\t%.1f\t\t\t\n", returning, r.back.Seconds())
	fmt.Fprintf(out, "offers/s to %d agents of %d who wait\t%.0f\t\t\t\n", offeredTo, waitingInQueue, r.offers)
	return out.Flush()
}

// awaitPort waits until somebody listens.
func awaitPort(ctx context.Context, address string) error {
	return within(ctx, time.Minute, func(ctx context.Context) error {
		for {
			if conn, err := net.Dial("tcp", address); err == nil {
				return conn.Close()
			}
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return fmt.Errorf("nobody listens at %s: %w", address, err)
			}
		}
	})
}

// within does something for so long at most.
func within(ctx context.Context, most time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return do(ctx)
}

// pause waits.
func pause(ctx context.Context, during time.Duration) error {
	select {
	case <-time.After(during):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package reports_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/reports"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

func TestWhatIsCountedIsWhatIsSaid(t *testing.T) {
	t.Parallel()
	names := reports.Names()
	require.Len(t, names, len(report.Ledgers))
	for _, l := range report.Ledgers {
		var want []string
		for _, c := range l.Counts {
			want = append(want, c.Name)
		}
		require.ElementsMatch(t, want, names[l.Source], l.Source)
	}
}

// world is a ledger that grows, and what has happened in it, so that it can be counted the slow way.
type world struct {
	t      *testing.T
	conn   *pgx.Conn
	random *rand.Rand
	now    time.Time
	begun  time.Time

	interactions []*interaction
	contacts     []*queued
	messages     []*sent
	moves        []move
	cases        []*matter
}

type interaction struct {
	id                int64
	channel, language string
	started, ended    time.Time
	outcome           string
	queued            bool
	nodes             []string // at which the dialogue waited
	finished          bool     // at the last of them
}

type queued struct {
	*interaction
	contact                          int64
	queue                            string
	joined, connected, released, end time.Time
	outcome, disposition             string
}

type sent struct {
	id      int64
	created time.Time
	states  []string
}

type matter struct {
	id      int64
	state   string
	agency  string
	began   time.Time
	settled bool
	moved   time.Time // last
}

type move struct {
	at       time.Time
	agency   string
	from, to string
	by       string
	took     time.Duration // -1: it settles nothing
	silence  time.Duration // since the move before
}

func newWorld(t *testing.T, url string, seed uint64) *world {
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	w := &world{t: t, conn: conn, random: rand.New(rand.NewPCG(seed, 1)), begun: time.Now().UTC().Truncate(time.Hour).Add(-200 * time.Hour)}
	w.now = w.begun
	w.exec(`INSERT INTO queues (name, title) VALUES ('general', '{}'), ('pensions', '{}')`)
	w.exec(`INSERT INTO agencies (code, name) VALUES ('moj', '{}'), ('health', '{}')`)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.conn.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err, sql)
}

func (w *world) id(sql string, args ...any) (id int64) {
	w.t.Helper()
	require.NoError(w.t, w.conn.QueryRow(w.t.Context(), sql, args...).Scan(&id), sql)
	return id
}

func pick[T any](w *world, all ...T) T { return all[w.random.IntN(len(all))] }

// later is a moment after another, in microseconds, as Postgres keeps it.
func (w *world) later(at time.Time, most time.Duration) time.Time {
	return at.Add(time.Duration(w.random.Int64N(int64(most/time.Microsecond))) * time.Microsecond)
}

// passes lets some time pass, in which things begin, go on and end.
func (w *world) passes(d time.Duration) {
	until := w.now.Add(d)
	for w.now = w.later(w.now, 20*time.Minute); w.now.Before(until); w.now = w.later(w.now, 20*time.Minute) {
		switch w.random.IntN(6) {
		case 0, 1:
			w.begins()
		case 2:
			w.ends()
		case 3:
			w.writes()
		case 4:
			w.reports()
		case 5:
			w.moved()
		}
	}
	w.now = until
}

func (w *world) begins() {
	i := &interaction{channel: pick(w, "voice", "sms", "ussd"), language: pick(w, "kk", "ru", "en"), started: w.now}
	i.id = w.id(`INSERT INTO interactions (channel, number_index, sealed_number, language, dialogue, started_at, active_at) VALUES ($1, $2, 'x', $3, 'v1', $4, $4) RETURNING id`,
		i.channel, []byte(fmt.Sprint(len(w.interactions))), i.language, i.started)
	w.interactions = append(w.interactions, i)
	w.stops(i)
	if w.random.IntN(2) == 0 {
		c := &queued{interaction: i, queue: pick(w, "general", "pensions"), joined: w.later(w.now, time.Minute)}
		c.contact = w.id(`INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect, queued_at)
VALUES ($1, $2, $3, $4, '', 'x', 'x', $5) RETURNING id`, i.id, c.queue, i.channel, i.language, c.joined)
		i.queued = true
		w.contacts = append(w.contacts, c)
	}
}

// stops has the dialogue wait at some nodes.
func (w *world) stops(i *interaction) {
	for range w.random.IntN(3) {
		node := pick(w, "main", "appeal", "bye")
		w.exec(`INSERT INTO entries (interaction_id, at, speaker, kind, sealed) VALUES ($1, $2, 'citizen', 'keyed', 'x')`, i.id, i.started)
		w.exec(`INSERT INTO entries (interaction_id, at, speaker, kind, sealed, node) VALUES ($1, $2, 'okno', 'said', 'x', $3)`, i.id, i.started, node)
		i.nodes = append(i.nodes, node)
	}
}

// finishes has the dialogue say goodbye as it ends.
func (w *world) finishes(i *interaction) {
	if i.finished = w.random.IntN(2) == 0; i.finished {
		w.exec(`INSERT INTO entries (interaction_id, at, speaker, kind, sealed, node) VALUES ($1, $2, 'okno', 'said', 'x', 'bye')`, i.id, i.ended)
		i.nodes = append(i.nodes, "bye")
	}
}

// ends ends something that is under way, at once or long after.
func (w *world) ends() {
	if len(w.contacts) > 0 {
		c := pick(w, w.contacts...)
		if c.end.IsZero() {
			c.outcome = pick(w, "handled", "handled", "abandoned", "nobody", "lost", "dismissed")
			c.end = w.later(c.joined, pick(w, 10*time.Second, 30*time.Second, 20*time.Minute))
			if c.outcome == "handled" {
				c.connected = c.end
				c.released = w.later(c.connected, 10*time.Minute)
				c.end = w.later(c.released, time.Minute)
				c.disposition = pick(w, "resolved", "informed", "forwarded")
			}
			w.exec(`UPDATE contacts SET state = 'ended', outcome = $2, disposition = $3, connected_at = $4, released_at = $5, ended_at = $6 WHERE id = $1`,
				c.contact, c.outcome, c.disposition, moment(c.connected), moment(c.released), c.end)
		}
	}
	if len(w.interactions) > 0 {
		i := pick(w, w.interactions...)
		if i.ended.IsZero() {
			w.stops(i)
			i.outcome = pick(w, "self_service", "self_service", "operator", "abandoned", "incomplete", "cancelled", "lost", "dismissed", "")
			i.ended = w.later(i.started, 30*time.Minute).Add(time.Microsecond)
			w.finishes(i)
			w.exec(`UPDATE interactions SET ended_at = $2, outcome = $3 WHERE id = $1`, i.id, i.ended, i.outcome)
		}
	}
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func (w *world) writes() {
	m := &sent{created: w.now}
	m.id = w.id(`INSERT INTO mt_messages (lane, destination, interaction_id, created_at, expires_at) VALUES ('reply', '', 1, $1, $2) RETURNING id`,
		w.now, w.now.Add(24*time.Hour))
	for part := range 1 + w.random.IntN(3) {
		w.exec(`INSERT INTO mt_segments (id, mt_id, part, state, expires_at) VALUES ($1, $2, $3, 'queued', $4)`, m.id*256+int64(part)+1, m.id, part+1,
			w.now.Add(24*time.Hour))
		m.states = append(m.states, "queued")
	}
	w.messages = append(w.messages, m)
}

// reports tells what became of a segment.
func (w *world) reports() {
	if len(w.messages) == 0 {
		return
	}
	m := pick(w, w.messages...)
	if w.now.Sub(m.created) > 72*time.Hour { // an SMSC says nothing as late
		return
	}
	part := w.random.IntN(len(m.states))
	if m.states[part] == "queued" || m.states[part] == "accepted" {
		m.states[part] = pick(w, "accepted", "delivered", "delivered", "undeliverable", "expired")
		w.exec(`UPDATE mt_segments SET state = $2 WHERE id = $1`, m.id*256+int64(part)+1, m.states[part])
	}
}

func (w *world) moved() {
	if len(w.cases) == 0 || w.random.IntN(2) == 0 {
		c := &matter{state: "registered", agency: pick(w, "moj", "health", ""), began: w.now}
		c.id = w.id(`INSERT INTO cases (number, kind, state, agency, contact_index, sealed, opened_at) VALUES ($1, 'appeal', 'registered', nullif($2, ''), '', 'x', $3) RETURNING id`,
			fmt.Sprintf("%09d", len(w.cases)), c.agency, w.now)
		w.cases = append(w.cases, c)
		w.step(c, "", "registered", pick(w, "citizen", "agent:7", "client:portal", "import"), -1)
		return
	}
	c := pick(w, w.cases...)
	if c.settled {
		w.step(c, c.state, "in_progress", "citizen", -1)
		c.state, c.settled, c.began = "in_progress", false, w.now
		return
	}
	to := pick(w, "in_progress", "ready", "closed", "rejected")
	if to == c.state {
		return
	}
	took := time.Duration(-1)
	if c.settled = to != "in_progress"; c.settled {
		took = w.now.Sub(c.began)
	}
	w.step(c, c.state, to, "agency:"+c.agency, took)
	c.state = to
}

func (w *world) step(c *matter, from, to, by string, took time.Duration) {
	w.exec(`INSERT INTO case_moves (case_id, from_state, to_state, at, by) VALUES ($1, nullif($2, ''), $3, $4, $5)`, c.id, from, to, w.now, by)
	w.moves = append(w.moves, move{w.now, c.agency, from, to, by, took, w.now.Sub(c.moved)})
	c.moved = w.now
}

// key is where something is counted.
type key struct {
	Source                           report.Source
	Hour                             time.Time
	Queue, Agency, Channel, Language string
	Dialogue, Node                   string
}

type lines map[key]report.Counts

func (l lines) add(k key, at time.Time, counts report.Counts) {
	k.Hour = at.Truncate(time.Hour)
	if l[k] == nil {
		l[k] = report.Counts{}
	}
	l[k].Add(counts, report.LedgerOf(k.Source).Counts)
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// counted counts what happened the slow way.
func (w *world) counted() lines {
	all := lines{}
	for _, i := range w.interactions {
		k := key{Source: report.Interactions, Channel: i.channel, Language: i.language, Dialogue: "v1"}
		ended := !i.ended.IsZero()
		n := report.Counts{"begun": 1, "under_way": one(!ended)}
		if ended {
			n["duration"] = i.ended.Sub(i.started).Round(time.Millisecond).Milliseconds()
			name := map[string]string{"self_service": "self_served", "operator": "with_operator", "": "other"}[i.outcome]
			switch {
			case i.outcome == "self_service" && i.queued:
				name = "unserved"
			case name == "":
				name = i.outcome
			}
			n[name] = 1
		}
		all.add(k, i.started, n)
		for n, node := range i.nodes {
			stop := report.Counts{"stops": 1, "visits": one(!slices.Contains(i.nodes[:n], node))}
			if n == len(i.nodes)-1 && ended {
				stop["left"], stop["finished"] = 1, one(i.finished)
				stop["left_with_operator"] = one(!i.finished && i.outcome == "operator")
				stop["gave_up"] = one(!i.finished && i.outcome != "operator")
				stop["gave_up_unanswered"] = one(!i.finished && i.outcome == "incomplete")
				stop["gave_up_waiting"] = one(!i.finished && (i.outcome == "abandoned" || i.outcome == "lost"))
			}
			k.Source, k.Node = report.Nodes, node
			all.add(k, i.started, stop)
		}
	}
	for _, c := range w.contacts {
		k := key{Source: report.Contacts, Queue: c.queue, Channel: c.channel, Language: c.language}
		n := report.Counts{"offered": 1, "under_way": one(c.end.IsZero())}
		if !c.connected.IsZero() {
			waited := c.connected.Sub(c.joined)
			n["answered"], n["answered_in_target"] = 1, one(waited <= 20*time.Second)
			n["wait"] = waited.Round(time.Millisecond).Milliseconds()
			n["longest_wait"] = n["wait"]
			bucket := "wait_longer"
			for _, most := range []int{600, 300, 120, 60, 30, 20, 10, 5} {
				if waited <= time.Duration(most)*time.Second {
					bucket = fmt.Sprintf("wait_le_%d", most)
				}
			}
			n[bucket] = 1
		}
		if c.outcome == "handled" {
			n["handled"], n["resolved"] = 1, one(c.disposition != "forwarded")
			n["talk"] = c.released.Sub(c.connected).Round(time.Millisecond).Milliseconds()
			n["wrap_up"] = c.end.Sub(c.released).Round(time.Millisecond).Milliseconds()
		} else if c.outcome != "" {
			n[c.outcome] = 1
			n["abandoned_short"] = one(c.outcome == "abandoned" && c.end.Sub(c.joined) < 5*time.Second)
		}
		all.add(k, c.joined, n)
	}
	for _, m := range w.messages {
		n := report.Counts{"sent": 1, "sent_reply": 1, "segments": int64(len(m.states))}
		for _, state := range m.states {
			if state == "accepted" {
				state = "unreported"
			}
			n[state]++
		}
		all.add(key{Source: report.Outgoing, Channel: "sms"}, m.created, n)
	}
	for _, m := range w.moves {
		opened := m.from == ""
		n := report.Counts{"opened": one(opened), "appeals": one(opened), "opened_by_citizen": one(opened && m.by == "citizen"),
			"opened_by_operator": one(opened && m.by == "agent:7"), "opened_by_client": one(opened && m.by == "client:portal"),
			"closed": one(m.to == "closed"), "rejected": one(m.to == "rejected"),
			"reopened": one(m.by == "citizen" && m.to == "in_progress")}
		if strings.HasPrefix(m.by, "agency:") {
			n["agency_moves"], n["silence"] = 1, m.silence.Round(time.Millisecond).Milliseconds()
			n["longest_silence"] = n["silence"]
		}
		if m.took >= 0 {
			n["settled"], n["settling"] = 1, m.took.Round(time.Millisecond).Milliseconds()
		}
		all.add(key{Source: report.Cases, Agency: m.agency}, m.at, n)
	}
	for k, n := range all {
		maps.DeleteFunc(n, func(_ string, value int64) bool { return value == 0 })
		if len(n) == 0 {
			delete(all, k)
		}
	}
	return all
}

// kept are the counts that are kept.
func (w *world) kept() lines {
	rows, err := w.conn.Query(w.t.Context(), `SELECT source, hour, queue, agency, channel, language, dialogue, node, counts FROM report_hours`)
	require.NoError(w.t, err)
	all := lines{}
	var k key
	var n report.Counts
	_, err = pgx.ForEachRow(rows, []any{&k.Source, &k.Hour, &k.Queue, &k.Agency, &k.Channel, &k.Language, &k.Dialogue, &k.Node, &n}, func() error {
		k.Hour = k.Hour.UTC()
		if len(n) > 0 {
			all[k] = n
		}
		n = nil
		return nil
	})
	require.NoError(w.t, err)
	return all
}

// A ledger grows for 200 hours, and what began in it ends at once, later, days later, or never. The counter runs now and then, is away at
// times, and is cut short. What it keeps is what a slow, obvious count gives, and what a rebuild gives.
func TestCountsAreThoseOfTheLedger(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			w := newWorld(t, url, seed)
			clock := func() time.Time { return w.now }
			counter := report.NewCounter(db, clock, zerolog.Nop())
			for w.now.Sub(w.begun) < 190*time.Hour {
				w.passes(pick(w, 10*time.Minute, time.Hour, 3*time.Hour, 60*time.Hour))
				if w.random.IntN(4) == 0 {
					broken := report.NewCounter(&brittle{Store: db, left: w.random.IntN(4)}, clock, zerolog.Nop())
					_ = broken.Count(t.Context(), job.CountReports{})
				}
				require.NoError(t, counter.Count(t.Context(), job.CountReports{}))
			}
			same(t, w.counted(), w.kept())

			incremental := w.kept()
			w.exec(`UPDATE report_hours SET counts = '{"offered": 1000}'`)
			w.exec(`DELETE FROM report_hours WHERE hour < $1`, w.begun.Add(50*time.Hour))
			whole := report.Span{From: w.begun, To: w.now.Add(time.Hour).Truncate(time.Hour)}
			require.NoError(t, report.Rebuild(t.Context(), db, whole, w.now, func(report.Source, report.Span) {}))
			same(t, incremental, w.kept())
		})
	}
}

// What is read is what was counted, folded by the days and hours of a zone.
func TestLinesFoldWhatWasCounted(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	w := newWorld(t, url, 7)
	w.passes(60 * time.Hour)
	through, err := db.CountedThrough(t.Context(), []report.Source{report.Contacts})
	require.NoError(t, err)
	require.Zero(t, through, "nothing is counted")
	clock := func() time.Time { return w.now }
	require.NoError(t, report.NewCounter(db, clock, zerolog.Nop()).Count(t.Context(), job.CountReports{}))
	zone, err := report.Zone("Asia/Almaty")
	require.NoError(t, err)
	key := map[report.Dimension]func(key) []string{
		report.Day:     func(k key) []string { return []string{k.Hour.In(zone).Format(time.DateOnly)} },
		report.Hour:    func(k key) []string { return []string{k.Hour.In(zone).Format("15")} },
		report.Queue:   func(k key) []string { return []string{k.Queue} },
		report.Agency:  func(k key) []string { return []string{k.Agency} },
		report.Service: func(key) []string { return []string{""} },
		report.Channel: func(k key) []string { return []string{k.Channel} }, report.Language: func(k key) []string { return []string{k.Language} },
		report.Dialogue: func(k key) []string { return []string{k.Dialogue} }, report.Node: func(k key) []string { return []string{k.Dialogue, k.Node} },
	}
	last := w.now.In(zone).AddDate(0, 0, -1).Format(time.DateOnly)
	first := w.begun.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	for _, r := range report.Reports {
		for _, by := range r.By {
			q, err := report.Ask(r.Name, first, last, string(by), zone, w.now)
			require.NoError(t, err)
			table, err := report.Read(t.Context(), db, q)
			require.NoError(t, err)
			want, total := map[string]report.Counts{}, report.Counts{}
			for k, n := range w.counted() {
				if at := k.Hour.In(zone).Format(time.DateOnly); !slices.Contains(r.Sources, k.Source) || at < first || at > last {
					continue
				}
				name := fmt.Sprint(key[by](k))
				if want[name] == nil {
					want[name] = report.Counts{}
				}
				want[name].Add(n, report.LedgerOf(k.Source).Counts)
				total.Add(n, report.LedgerOf(k.Source).Counts)
			}
			require.Len(t, table.Lines, len(want), "%s by %s", r.Name, by)
			for _, l := range table.Lines {
				require.Equal(t, want[fmt.Sprint(l.Key)], l.Counts, "%s by %s of %s", r.Name, by, l.Key)
			}
			require.Equal(t, total, table.Total, "%s by %s", r.Name, by)
			require.Equal(t, w.now.Truncate(time.Hour), table.Through.UTC())
		}
	}
}

func same(t *testing.T, want, got lines) {
	t.Helper()
	for k, n := range want {
		require.Equal(t, n, got[k], "%+v", k)
	}
	require.Len(t, got, len(want))
}

// Several count the same hours at once, as a rebuild beside the job does.
func TestSeveralCountAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	w := newWorld(t, url, 3)
	w.passes(20 * time.Hour)
	now := w.now
	failed := make(chan error, 4)
	for n := range cap(failed) {
		go func() {
			if n%2 == 0 {
				failed <- report.NewCounter(db, func() time.Time { return now }, zerolog.Nop()).Count(t.Context(), job.CountReports{})
				return
			}
			failed <- report.Rebuild(t.Context(), db, report.Span{From: w.begun, To: now}, now, func(report.Source, report.Span) {})
		}()
	}
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
	same(t, w.counted(), w.kept())
}

// brittle dies after some transactions.
type brittle struct {
	*store.Store
	left int
}

func (b *brittle) CountHours(ctx context.Context, s report.Source, span report.Span, after report.Mark) error {
	if b.left--; b.left < 0 {
		return context.Canceled
	}
	return b.Store.CountHours(ctx, s, span, after)
}

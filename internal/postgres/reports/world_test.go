package reports_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/contact"
)

// world is a ledger that grows, and what has happened in it, so that it can be counted the slow way.
type world struct {
	t      *testing.T
	conn   *pgx.Conn
	random *rand.Rand
	now    time.Time
	begun  time.Time

	citizens     []int64
	interactions []*interaction
	contacts     []*queued
	messages     []*sent
	moves        []move
	cases        []*matter
	sms          []*arrived
	questions    []question
	events       []event
	told         []*told
	times        []*spent
	transfers    []transfer
	evaluations  []*evaluated
	leased       time.Time // the leases of desks ended then
}

// spent is what the time of an agent goes into.
type spent struct {
	id           int64
	agent        int
	since, until time.Time // until zero: it goes on while the agent's desk is there
	doing        string
	load         int64
	queues       []string
}

type transfer struct {
	*queued
	at          time.Time
	to, toQueue string
	askedBefore bool
}

// evaluated is a contact that was evaluated.
type evaluated struct {
	*queued
	at      time.Time
	score   int // -1: no question applied
	replied bool
	agreed  bool
}

const agents = 3

type interaction struct {
	id                int64
	number            string
	citizen           int64 // 0: not known
	channel, language string
	started, ended    time.Time
	outcome           string
	queued            bool
	placed            bool     // by an agent
	nodes             []string // at which the dialogue waited
	finished          bool     // at the last of them
}

type queued struct {
	*interaction
	contact                          int64
	queue                            string
	joined, connected, released, end time.Time
	outcome, disposition             string
	agent                            string  // who has it, or has had it
	mos                              float64 // of its worst leg; 0: not known
}

// by is the channel of the contact.
func (c *queued) by() string {
	if c.placed {
		return contact.Outgoing
	}
	return c.channel
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

// arrived is an SMS of a citizen. Sent again, it gets another time of arrival.
type arrived struct {
	id    int64
	at    time.Time
	first time.Time
	flood bool
}

type question struct {
	at      time.Time
	service string
	agency  string
}

type event struct {
	at, happened time.Time
	agency       string
	outcome      string
}

// told is something that an agency is told.
type told struct {
	id       int64
	agency   string
	at, last time.Time
	state    string
	attempts int
}

func newWorld(t *testing.T, url string, seed uint64) *world {
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	w := &world{t: t, conn: conn, random: rand.New(rand.NewPCG(seed, 1)), begun: time.Now().UTC().Truncate(time.Hour).Add(-300 * time.Hour)}
	w.now = w.begun
	w.exec(`INSERT INTO queues (name, title) VALUES ('general', '{}'), ('pensions', '{}')`)
	for n := range 2 {
		w.citizens = append(w.citizens, w.id(`INSERT INTO citizens (sealed, national_index) VALUES ('x', $1) RETURNING id`, []byte{byte(n)}))
	}
	for n := range agents {
		w.exec(`INSERT INTO agents (login, name, role, password_hash, languages) VALUES ($1, '', 'agent', '', '{ru}')`, fmt.Sprint("agent", n+1))
	}
	w.exec(`INSERT INTO evaluation_forms (name) VALUES ('f')`)
	w.exec(`INSERT INTO evaluation_form_versions (form, version, title, questions) VALUES ('f', 1, '{}', '[]')`)
	w.exec(`INSERT INTO agencies (code, name) VALUES ('moj', '{}'), ('health', '{}')`)
	for version, agency := range []string{"moj", "health"} {
		w.exec(`INSERT INTO service_versions (service, version, at, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
VALUES ('031', $1, $2, '', '', $3, 1, '', now(), now(), now(), '{}')`, version+1, w.begun.Add(time.Duration(version)*changedAfter), agency)
	}
	return w
}

// changedAfter is when a service goes to another agency.
const changedAfter = 100 * time.Hour

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
		switch w.random.IntN(13) {
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
		case 6:
			w.hears()
		case 7:
			w.asks()
		case 8:
			w.exchanges()
		case 9, 10:
			w.works()
		case 11:
			w.passesOn()
		case 12:
			w.evaluates()
		}
	}
	w.now = until
	w.desks()
}

func (w *world) begins() {
	i := &interaction{number: fmt.Sprint(len(w.interactions)), channel: pick(w, "voice", "sms", "ussd"), language: pick(w, "kk", "ru", "en"), started: w.now}
	if i.channel == "voice" { // of the others each number has one that is open
		i.number = pick(w, "+77010000001", "+77010000002", "+77010000003", i.number)
	}
	if i.number != "+77010000003" { // who is behind that nobody knows
		i.citizen = pick(w, 0, 0, w.citizens[0], w.citizens[1])
	}
	i.id = w.id(`INSERT INTO interactions (channel, number_index, sealed_number, citizen_id, language, dialogue, started_at, active_at)
VALUES ($1, $2, 'x', nullif($3, 0), $4, 'v1', $5, $5) RETURNING id`, i.channel, []byte(i.number), i.citizen, i.language, i.started)
	w.interactions = append(w.interactions, i)
	w.stops(i)
	if w.random.IntN(2) == 0 {
		c := &queued{interaction: i, queue: pick(w, "general", "pensions"), joined: w.later(w.now, time.Minute)}
		i.placed = i.channel == "voice" && w.random.IntN(3) == 0
		n := 1 + w.random.IntN(agents)
		c.agent = fmt.Sprint("agent", n)
		c.contact = w.id(`INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect, queued_at, agent_id)
VALUES ($1, $2, $3, $4, '', 'x', 'x', $5, $6) RETURNING id`, i.id, c.queue, c.by(), i.language, c.joined, n)
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
				c.disposition = pick(w, "resolved", "informed", "forwarded", "not_given")
				if c.mos = pick(w, 0, 2.5, 4.2); c.mos > 0 {
					w.exec(`INSERT INTO legs (id, call_id, role, outbound, state, mos) VALUES ('leg' || $1::bigint, $1, 'citizen', false, 'ended', $2), ('other' || $1::bigint, $1, 'agent', true, 'ended', 4.4)`,
						c.interaction.id, c.mos)
				}
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

// works changes what the time of an agent goes into. The desks of agents are there until now, and no longer.
func (w *world) works() {
	next := &spent{agent: 1 + w.random.IntN(agents), since: w.now, doing: pick(w, "talking", "wrap_up", "ringing", "offered", "available", "paused_lunch", "paused_other"),
		load: pick(w, int64(0), 20, 100), queues: pick(w, nil, []string{"general"}, []string{"general", "pensions"}, []string{"general", "general", "pensions"})}
	if last := w.working(next.agent); last != nil {
		last.until = w.now
		w.exec(`UPDATE agent_times SET until = $2 WHERE id = $1`, last.id, w.now)
	}
	w.desks()
	if w.random.IntN(4) == 0 { // off duty
		return
	}
	doing, reason, _ := strings.Cut(next.doing, "_")
	if doing == "wrap" {
		doing, reason = next.doing, ""
	}
	next.id = w.id(`INSERT INTO agent_times (agent_id, since, doing, reason, desk, load, capacity, queues) VALUES ($1, $2, $3, $4, true, $5, 100, $6) RETURNING id`,
		next.agent, w.now, doing, strings.Replace(reason, "other", "", 1), next.load, append([]string{}, next.queues...))
	w.times = append(w.times, next)
}

// working is what goes on of an agent's times, or nil.
func (w *world) working(agent int) *spent {
	for _, s := range w.times {
		if s.agent == agent && s.until.IsZero() {
			return s
		}
	}
	return nil
}

// desks are there until now.
func (w *world) desks() {
	w.exec(`UPDATE agents SET connected_until = $1`, w.now)
	w.leased = w.now
}

// passesOn has an agent pass a talk on.
func (w *world) passesOn() {
	for _, c := range w.contacts {
		if c.connected.IsZero() || slices.ContainsFunc(w.transfers, func(t transfer) bool { return t.queued == c }) {
			continue
		}
		t := transfer{queued: c, at: w.now, to: pick(w, "queue", "agent", "outside"), askedBefore: w.random.IntN(2) == 0}
		if t.to != "outside" {
			t.toQueue = pick(w, "general", "pensions")
		}
		w.exec(`UPDATE contacts SET passed_at = $2, passed_to = $3, passed_queue = nullif($4, ''), passed_asked = $5 WHERE id = $1`, c.contact, t.at, t.to, t.toQueue, t.askedBefore)
		w.transfers = append(w.transfers, t)
		return
	}
}

// evaluates has a supervisor evaluate a contact, change that within a day, or the agent reply.
func (w *world) evaluates() {
	for _, e := range w.evaluations {
		if !e.replied && w.now.Sub(e.at) < 24*time.Hour && w.random.IntN(2) == 0 {
			e.score, e.replied, e.agreed = w.random.IntN(101), w.random.IntN(2) == 0, w.random.IntN(2) == 0
			w.exec(`UPDATE evaluations SET score = $2, replied_at = CASE WHEN $3 THEN $4::timestamptz END, agreed = CASE WHEN $3 THEN $5::boolean END
WHERE contact_id = $1`, e.contact, e.score, e.replied, w.now, e.agreed)
			return
		}
	}
	for _, c := range w.contacts {
		if c.outcome != "handled" || slices.ContainsFunc(w.evaluations, func(e *evaluated) bool { return e.queued == c }) {
			continue
		}
		e := &evaluated{queued: c, at: w.now, score: w.random.IntN(102) - 1}
		w.exec(`INSERT INTO evaluations (contact_id, interaction_id, agent_id, by_agent, at, form, version, score) VALUES ($1, $2, 1, 2, $3, 'f', 1, nullif($4, -1))`,
			c.contact, c.id, e.at, e.score)
		w.evaluations = append(w.evaluations, e)
		return
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
		by, state := pick(w, "citizen", "agent:7", "client:portal", "import"), "registered"
		if by == "import" { // taken over as it stands
			state = pick(w, "registered", "closed")
		}
		c := &matter{state: state, agency: pick(w, "moj", "health", ""), began: w.now, settled: state == "closed"}
		c.id = w.id(`INSERT INTO cases (number, kind, state, agency, contact_index, sealed, opened_at) VALUES ($1, 'appeal', $2, nullif($3, ''), '', 'x', $4) RETURNING id`,
			fmt.Sprintf("%09d", len(w.cases)), state, c.agency, w.now)
		w.cases = append(w.cases, c)
		w.step(c, "", state, by, -1)
		return
	}
	c := pick(w, w.cases...)
	if w.random.IntN(8) == 0 { // a file or a link is noted in the history
		w.step(c, c.state, c.state, "agent:7", -1)
		return
	}
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

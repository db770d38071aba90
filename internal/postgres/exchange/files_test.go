package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/folder"
	"okno/internal/folder/foldertest"
	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// clerk is an agency with files: somebody who looks into the folder from time to time.
type clerk struct {
	t    testing.TB
	root string
	e    exchange.Endpoint
	seen map[string]int // how often each message lay in a file
}

func newClerk(t testing.TB, db *store.Store, code string) *clerk {
	t.Helper()
	root := t.TempDir()
	e := exchange.Endpoint{Agency: code, URL: "file://" + root, Files: true, Every: time.Minute}
	pgtest.Do(t, db, func(w *store.Work) error { return w.SaveEndpoint(t.Context(), e, "test") })
	for _, dir := range exchange.Directories {
		require.NoError(t, os.MkdirAll(filepath.Join(root, dir), 0o700))
	}
	return &clerk{t, root, e, map[string]int{}}
}

func (c *clerk) put(name, content string) {
	c.t.Helper()
	require.NoError(c.t, os.WriteFile(filepath.Join(c.root, "part"), []byte(content), 0o600))
	require.NoError(c.t, os.Rename(filepath.Join(c.root, "part"), filepath.Join(c.root, name)))
}

func (c *clerk) read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.root, name))
	require.NoError(c.t, err)
	return string(content)
}

func (c *clerk) rows(name string) (rows [][]string) {
	c.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(c.read(name))).ReadAll()
	require.NoError(c.t, err)
	return rows[1:]
}

func (c *clerk) names(dir string) (names []string) {
	c.t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.root, dir))
	require.NoError(c.t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// collect reads what lies in out/, and takes it away; fresh are the messages that are new, "id case type".
func (c *clerk) collect() (fresh []string) {
	for _, name := range c.names("out") {
		if !strings.HasSuffix(name, ".csv") || name[0] == '.' {
			continue
		}
		for _, row := range c.rows("out/" + name) {
			if c.seen[row[0]]++; c.seen[row[0]] == 1 {
				fresh = append(fresh, row[0]+" "+row[3]+" "+row[1])
			}
		}
		require.NoError(c.t, os.Remove(filepath.Join(c.root, "out", name)))
	}
	return fresh
}

func id(message string) string { return strings.Fields(message)[0] }

// noon is a time that a test moves.
type noon struct {
	mu  sync.Mutex
	now time.Time
}

func (n *noon) clock() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

func (n *noon) pass(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = n.now.Add(d)
}

func reporting(number string, sequence int, state cases.State, at time.Time) string {
	return fmt.Sprintf("k-%s-%d,%s,%d,%s,,%s,рассмотрено\r\n", number, sequence, number, sequence, state, at.UTC().Format(time.RFC3339))
}

const eventColumns = "\uFEFFkey,case,sequence,state,due_on,at,reason\r\n"

// rounds looks at a folder twice: a file is taken when it has not changed in between.
func rounds(t testing.TB, f *exchange.Files, e exchange.Endpoint) {
	t.Helper()
	seen := exchange.Seen{}
	for range 2 {
		require.NoError(t, f.Round(t.Context(), e, seen))
	}
}

func TestAnAgencyExchangesFiles(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	c := newClerk(t, db, "moj")
	time0 := &noon{now: time.Now()}
	f := exchange.NewFiles(db, inbox(db), folder.Open, time0.clock, zerolog.Nop())
	one, two := open("moj"), open("moj")
	open("mia") // another's
	rounds(t, f, c.e)
	require.Empty(t, c.names("out"), "a message waits for others")
	time0.pass(61 * time.Second)
	rounds(t, f, c.e)
	require.Equal(t, []string{"okno-000000001.csv"}, c.names("out"))
	require.Equal(t, []string{"case.opened", "application", "", "registered", "справка"},
		[]string{c.rows("out/okno-000000001.csv")[0][1], c.rows("out/okno-000000001.csv")[0][4], c.rows("out/okno-000000001.csv")[0][5],
			c.rows("out/okno-000000001.csv")[0][6], c.rows("out/okno-000000001.csv")[0][7]})
	told := c.collect()
	require.Len(t, told, 2)
	require.Contains(t, told[0], one)
	state := func() string {
		return pgtest.Value[string](t, url, `SELECT string_agg(state || ' ' || coalesce(last_problem, '-'), ', ' ORDER BY id) FROM exchange_deliveries WHERE agency = 'moj'`)
	}
	deliverer := exchange.NewDeliverer(db, nil, time.Now, zerolog.Nop())
	for _, delivery := range ids(t, url)[:2] {
		require.NoError(t, deliverer.Deliver(t.Context(), job.DeliverToAgency{Delivery: delivery}), "there is no webhook to be sent")
	}
	lost, err := db.Forgotten(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, lost, "no job is wanted")
	require.Equal(t, "waiting -, waiting -", state(), "nothing is taken before it is acknowledged")

	// What the second case came to waits for the acknowledgement of its opening; the first's does not.
	c.put("out-ack/okno-000000001.csv", "id,answer\r\n"+id(told[0])+",OK\r\n"+id(told[1])+",no such office in 770101300018\r\n")
	rounds(t, f, c.e)
	require.Equal(t, "delivered -, waiting the agency said: no such office in •", state())
	require.Equal(t, []string{"okno-000000001.csv"}, c.names("done"))
	for _, number := range []string{one, two} {
		pgtest.Do(t, db, func(w *store.Work) error {
			found, err := w.CaseByNumber(t.Context(), number)
			require.NoError(t, err)
			_, err = w.MoveCase(t.Context(), found, cases.Withdrawn, time.Time{}, "citizen", "")
			return err
		})
	}
	time0.pass(2 * time.Minute)
	rounds(t, f, c.e)
	next := c.collect()
	require.Len(t, next, 1)
	require.Contains(t, next[0], one+" case.moved")

	// After a day what was not acknowledged comes again, under its id and in order, in a new file.
	time0.pass(25 * time.Hour)
	rounds(t, f, c.e)
	require.Equal(t, []string{"okno-000000003.csv"}, c.names("out"))
	rows := c.rows("out/okno-000000003.csv")
	require.Len(t, rows, 3)
	require.Equal(t, []string{id(told[1]), id(next[0])}, []string{rows[0][0], rows[1][0]})
	require.Equal(t, []string{two, "case.moved"}, []string{rows[2][3], rows[2][1]})
	c.collect()

	// After three days it is given up, and tried again when somebody says so.
	time0.pass(exchange.Patience)
	rounds(t, f, c.e)
	require.Empty(t, c.names("out"))
	h, err := db.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{"moj", 0, 3}, []any{h[0].Agency, h[0].Waiting, h[0].Dead})
	pgtest.Do(t, db, func(w *store.Work) error {
		ids, err := w.Revive(t.Context(), "moj", 10, "agent:1")
		require.Len(t, ids, 3)
		return err
	})
	time0 = &noon{now: time.Now().Add(2 * time.Minute)}
	f = exchange.NewFiles(db, inbox(db), folder.Open, time0.clock, zerolog.Nop())
	rounds(t, f, c.e)
	require.Equal(t, []string{"okno-000000004.csv"}, c.names("out"), "the numbers have no gap")
	ack := "id,answer\n"
	for _, row := range c.rows("out/okno-000000004.csv") {
		ack += row[0] + ",ok\n"
	}
	c.put("out-ack/all.csv", ack)
	rounds(t, f, c.e)
	require.Equal(t, "delivered -, delivered -, delivered -, delivered -", state())

	// What was acknowledged wrong is refused whole.
	for name, content := range map[string]string{
		"columns.csv": "id\nokno_1\n", "id.csv": "id,answer\n7,ok\n", "empty.csv": "id,answer\nokno_1,\n",
		"unknown.csv": "id,answer\n" + id(told[0]) + ",ok\nokno_999999,ok\n",
	} {
		c.put("out-ack/"+name, content)
	}
	rounds(t, f, c.e)
	require.Empty(t, c.names("out-ack"))
	require.Equal(t, "line,field,problem\r\n,id,okno_999999 is no message to this agency\r\n", c.read("refused/unknown.problems.csv"))
	require.Equal(t, "line,field,problem\r\n2,id,\"that of a message, okno_ and a number\"\r\n", c.read("refused/id.problems.csv"))
	require.Len(t, c.names("refused"), 8)
}

func TestAFileOfEventsIsTakenWhole(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	c := newClerk(t, db, "moj")
	f := exchange.NewFiles(db, inbox(db), folder.Open, time.Now, zerolog.Nop())
	one, two := open("moj"), open("moj")
	foreign := open("mia")
	now := time.Now()
	states := func() string {
		return pgtest.Value[string](t, url, `SELECT string_agg(state, ' ' ORDER BY id) FROM cases`)
	}
	for name, row := range map[string]struct{ content, want string }{
		"columns": {"key,case\nk,1\n", `1,header,column sequence is missing`},
		"1251": {eventColumns + "k," + one + ",1,accepted,,2026-11-28T09:30:00Z,\xef\xf0\xe8\xed\xff\xf2\xee\r\n",
			`2,reason,the file is not in UTF-8: a spreadsheet saves it so as «CSV UTF-8»`},
		"lines": {eventColumns + reporting(one, 1, cases.Accepted, now) + "k 2," + one + ",x,lost,31.12.2026,yesterday,\r\n",
			"3,sequence,a number from 1\r\n3,at,\"a time with its zone, 2026-11-28T09:30:00Z\"\r\n3,due_on,\"a date, YYYY-MM-DD\""},
		"state": {eventColumns + reporting(one, 1, cases.Accepted, now) + reporting(one, 2, "lost", now),
			"3,state,one of [accepted in_progress awaiting_citizen ready closed rejected withdrawn]"},
		"key": {eventColumns + reporting(one, 1, cases.Accepted, now) + "k-" + one + "-1," + one + ",1,rejected,," + now.UTC().Format(time.RFC3339) + ",\r\n",
			"3,key,another event had this key: a key is never used again"},
		"short": {eventColumns + "k," + one + ",1\r\n", `2,columns,"7 are wanted, quoted as in CSV"`},
		"empty": {eventColumns, "2,file,there is no event in it"},
		"none":  {"", "1,header,a line that names the columns is missing"},
		"large": {eventColumns + strings.Repeat("x", 80<<20), ",file,the file is too large"},
	} {
		c.put("in/"+name+".csv", row.content)
		rounds(t, f, c.e)
		require.Empty(t, c.names("in"), name)
		require.Equal(t, "line,field,problem\r\n"+row.want+"\r\n", c.read("in-ack/"+name+".csv"))
		require.FileExists(t, filepath.Join(c.root, "refused", name+".csv"))
		require.Equal(t, "registered registered registered", states(), name)
	}
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_events`))

	good := eventColumns + reporting(one, 1, cases.Accepted, now) + reporting(two, 7, cases.Rejected, now) + reporting(foreign, 1, cases.Accepted, now) +
		reporting(one, 2, cases.InProgress, now)
	for i := range 3 { // the agency sends it again
		c.put("in/day.csv", good)
		rounds(t, f, c.e)
		require.Equal(t, "in_progress rejected registered", states())
		rows := c.rows("in-ack/day.csv")
		require.Equal(t, [][]string{{"2", "applied"}, {"3", "applied"}, {"4", "unknown_case"}, {"5", "applied"}},
			[][]string{{rows[0][0], rows[0][2]}, {rows[1][0], rows[1][2]}, {rows[2][0], rows[2][2]}, {rows[3][0], rows[3][2]}})
		require.Len(t, c.names("done"), i+1, "a name may come again")
	}
	require.Equal(t, []string{"day.csv", "day~2.csv", "day~3.csv"}, c.names("done"))
	require.Equal(t, 4, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_events`))

	// Whatever is still being written is left alone, and so is what is no CSV.
	seen := exchange.Seen{}
	for _, name := range []string{"half.csv", "half.csv.part", ".half.csv", "readme.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(c.root, "in", name), []byte(eventColumns), 0o600))
	}
	for range 3 {
		require.NoError(t, f.Round(t.Context(), c.e, seen))
		grow(t, filepath.Join(c.root, "in", "half.csv"), reporting(one, 3, cases.AwaitingCitizen, now))
	}
	require.Len(t, c.names("in"), 4)
	for range 2 {
		require.NoError(t, f.Round(t.Context(), c.e, seen))
	}
	require.Len(t, c.names("in"), 3)
	require.Len(t, c.rows("in-ack/half.csv"), 3)
}

func grow(t testing.TB, name, by string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(by)
	require.NoError(t, errors.Join(err, file.Close()))
}

// A folder that is away loses nothing, and the health of its agency says so.
func TestAFolderThatIsAway(t *testing.T) {
	t.Parallel()
	_, db, open := office(t)
	c := newClerk(t, db, "moj")
	later := func() time.Time { return time.Now().Add(time.Hour) }
	f := exchange.NewFiles(db, inbox(db), folder.Open, later, zerolog.Nop())
	open("moj")
	require.NoError(t, os.Rename(c.root, c.root+"-away"))
	require.Error(t, f.Round(t.Context(), c.e, exchange.Seen{}))
	h, err := db.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{1, "the folder was not reached"}, []any{h[0].Waiting, h[0].Problem.Error()})
	require.NoError(t, os.Rename(c.root+"-away", c.root))
	rounds(t, f, c.e)
	require.Len(t, c.collect(), 1)
	h, err = db.Health(t.Context())
	require.NoError(t, err)
	require.Empty(t, h[0].Problem)
}

func TestEndpointsWithFiles(t *testing.T) {
	t.Parallel()
	url, db, _ := office(t)
	good := exchange.Endpoint{Agency: "moj", URL: "sftp://okno@files.example/moj", Files: true, Every: time.Minute, Key: "PRIVATE", KnownHosts: "files.example ssh-ed25519 AAAA"}
	save := func(e exchange.Endpoint) error {
		return db.Do(t.Context(), func(w *store.Work) error { return w.SaveEndpoint(t.Context(), e, "test") })
	}
	require.NoError(t, save(good))
	kept, err := db.Endpoint(t.Context(), "moj")
	require.NoError(t, err)
	require.Equal(t, good, kept)
	require.NotContains(t, pgtest.Dump(t, url), "PRIVATE")
	for field, change := range map[string]func(e *exchange.Endpoint){
		"URL":        func(e *exchange.Endpoint) { e.URL = "https://files.example/" },
		"relative":   func(e *exchange.Endpoint) { e.URL = "file://folder" },
		"root":       func(e *exchange.Endpoint) { e.URL = "file:///" },
		"password":   func(e *exchange.Endpoint) { e.URL = "sftp://okno:secret@files.example/moj" },
		"user":       func(e *exchange.Endpoint) { e.URL = "sftp://files.example/moj" },
		"key":        func(e *exchange.Endpoint) { e.Key = "" },
		"known":      func(e *exchange.Endpoint) { e.KnownHosts = " " },
		"every":      func(e *exchange.Endpoint) { e.Every = time.Millisecond },
		"answers":    func(e *exchange.Endpoint) { e.Answers = true },
		"no agency":  func(e *exchange.Endpoint) { e.Agency = "none" },
		"no folder":  func(e *exchange.Endpoint) { e.URL = "" },
		"a fragment": func(e *exchange.Endpoint) { e.URL += "#x" },
	} {
		wrong := good
		change(&wrong)
		require.Error(t, save(wrong), field)
	}
}

// errKilled ends a process in a test.
var errKilled = errors.New("killed")

// mortal is a folder whose process is killed before, or after, its nth operation.
type mortal struct {
	exchange.Folder
	left  *int
	after bool
}

func (m mortal) do(op func() error) error {
	if *m.left--; *m.left < 0 || *m.left == 0 && !m.after {
		return errKilled
	}
	err := op()
	if *m.left == 0 {
		return errKilled
	}
	return err
}

func (m mortal) Write(ctx context.Context, name string, content []byte) error {
	return m.do(func() error { return m.Folder.Write(ctx, name, content) })
}

func (m mortal) Move(ctx context.Context, from, to string) error {
	return m.do(func() error { return m.Folder.Move(ctx, from, to) })
}

// Wherever a process is killed, the next goes on: each message comes, under one id, and each event has one effect. The folder is a directory, or
// one of an SFTP server.
func TestAKilledExchangeLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, manner := range []string{"directory", "sftp"} {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			d := newDeaths(t, manner == "sftp")
			for kill := 1; kill <= 8; kill++ {
				for _, after := range []bool{false, true} {
					d.day()
					left := kill
					dying := exchange.NewFiles(d.db, inbox(d.db), func(ctx context.Context, e exchange.Endpoint) (exchange.Folder, error) {
						f, err := folder.Open(ctx, e)
						return mortal{f, &left, after}, err
					}, d.ahead, zerolog.Nop())
					seen := exchange.Seen{}
					err := errors.Join(dying.Round(t.Context(), d.e, seen), dying.Round(t.Context(), d.e, seen))
					if kill <= 5 {
						require.ErrorIs(t, err, errKilled)
					}
					if kill == 3 {
						d.collect() // the clerk came in between
					}
					d.goesOn()
				}
			}
			d.requireOnce()
		})
	}
}

// Wherever the connection to an SFTP server breaks, in the middle of a request or of an answer, the next round goes on.
func TestABrokenConnectionLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	d := newDeaths(t, true)
	const cuts = 12
	round := func() error {
		f, seen := exchange.NewFiles(d.db, inbox(d.db), folder.Open, d.ahead, zerolog.Nop()), exchange.Seen{}
		return errors.Join(f.Round(t.Context(), d.e, seen), f.Round(t.Context(), d.e, seen))
	}
	d.day()
	require.NoError(t, round())
	heard, said := d.server.Octets() // of two rounds in which nothing breaks
	d.goesOn()
	for cut := int64(1); cut <= cuts; cut++ {
		for _, answering := range []bool{false, true} {
			d.day()
			if answering {
				d.server.CutAfter(0, cut*said/(cuts+1))
			} else {
				d.server.CutAfter(cut*heard/(cuts+1), 0)
			}
			require.Error(t, round(), "cut %d of %d, while it answers: %t", cut, cuts, answering)
			d.server.CutAfter(0, 0)
			d.goesOn()
		}
	}
	d.requireOnce()
}

// deaths is an exchange by files in the course of which somebody dies: an agency's clerk, and days on which two cases move.
type deaths struct {
	*clerk
	url    string
	db     *store.Store
	open   func(agency string) string
	server *foldertest.Server // or nil: the folder is a directory
	days   int
}

func newDeaths(t *testing.T, sftp bool) *deaths {
	t.Helper()
	d := &deaths{}
	d.url, d.db, d.open = office(t)
	d.clerk = newClerk(t, d.db, "moj")
	if sftp {
		d.server = foldertest.New(t)
		d.e.URL, d.e.Key, d.e.KnownHosts = "sftp://okno@"+d.server.Address+d.root, d.server.Key, d.server.Known
		pgtest.Do(t, d.db, func(w *store.Work) error { return w.SaveEndpoint(t.Context(), d.e, "test") })
	}
	return d
}

func (d *deaths) ahead() time.Time { return time.Now().Add(30 * time.Minute) }

// day opens two cases, of which the agency says where they stand.
func (d *deaths) day() {
	d.days++
	number, other := d.open("moj"), d.open("moj")
	d.put("in/day.csv", eventColumns+reporting(number, 1, cases.Accepted, time.Now())+reporting(number, 2, cases.InProgress, time.Now()))
	d.put("in/late.csv", eventColumns+reporting(other, 1, cases.Rejected, time.Now()))
}

// goesOn has another process do what is left, and the clerk acknowledge all that was found.
func (d *deaths) goesOn() {
	d.t.Helper()
	f := exchange.NewFiles(d.db, inbox(d.db), folder.Open, d.ahead, zerolog.Nop())
	rounds(d.t, f, d.e)
	ack := "id,answer\n"
	d.collect()
	for message := range d.seen {
		ack += message + ",ok\n"
	}
	d.put("out-ack/ok.csv", ack)
	rounds(d.t, f, d.e)
	require.Empty(d.t, d.names("in"))
	require.Empty(d.t, d.names("out-ack"))
}

// requireOnce checks that all of it happened, and once.
func (d *deaths) requireOnce() {
	d.t.Helper()
	all := 2 * d.days
	require.Equal(d.t, all, pgtest.Value[int](d.t, d.url, `SELECT count(*) FROM exchange_deliveries`))
	require.Len(d.t, d.seen, all)
	require.Equal(d.t, all, pgtest.Value[int](d.t, d.url, `SELECT count(*) FROM exchange_deliveries WHERE state = 'delivered'`))
	require.Equal(d.t, fmt.Sprintf("%d in_progress, %d rejected", d.days, d.days),
		pgtest.Value[string](d.t, d.url, `SELECT string_agg(n || ' ' || state, ', ' ORDER BY state) FROM (SELECT state, count(*) n FROM cases GROUP BY 1) c`))
	require.Equal(d.t, all+3*d.days, pgtest.Value[int](d.t, d.url, `SELECT count(*) FROM case_moves`))
	require.Equal(d.t, pgtest.Value[int](d.t, d.url, `SELECT count(*) FROM exchange_files`), pgtest.Value[int](d.t, d.url, `SELECT max(sequence)::int FROM exchange_files`))
}

// Two nodes that exchange with one agency at once, in spite of the lease, do each thing once.
func TestTwoNodesExchangeOnce(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	c := newClerk(t, db, "moj")
	ahead := func() time.Time { return time.Now().Add(30 * time.Minute) }
	const days = 20
	for i := range days {
		number := open("moj")
		c.put(fmt.Sprintf("in/day-%02d.csv", i), eventColumns+reporting(number, 1, cases.Accepted, time.Now())+reporting(number, 2, cases.InProgress, time.Now()))
	}
	var nodes sync.WaitGroup
	failed := make(chan error, 100)
	for range 3 {
		nodes.Go(func() {
			f, seen := exchange.NewFiles(db, inbox(db), folder.Open, ahead, zerolog.Nop()), exchange.Seen{}
			for range 3 {
				failed <- f.Round(t.Context(), c.e, seen)
			}
		})
	}
	nodes.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	require.Empty(t, c.names("in"))
	require.Len(t, c.names("done"), days)
	require.Len(t, c.names("in-ack"), days)
	require.Equal(t, 2*days, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_events WHERE outcome = 'applied'`))
	require.Equal(t, 3*days, pgtest.Value[int](t, url, `SELECT count(*) FROM case_moves`))
	for _, name := range c.names("in-ack") {
		require.True(t, slices.ContainsFunc(c.rows("in-ack/"+name), func(row []string) bool { return row[2] == "applied" }), name)
		require.False(t, bytes.Contains([]byte(c.read("in-ack/"+name)), []byte("duplicate")), name)
	}
	c.collect()
	require.Len(t, c.seen, days)
	for message, times := range c.seen {
		require.Equal(t, 1, times, message)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/desk"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/postgres/store"
	"okno/internal/search"
)

// The statements of a status look-up, and of an event that moves a case and tells its citizen, as pgbench has them: as many, in a transaction
// that is synced, on as many rows. A row is locked, changed or added where Okno does that.
const (
	lookUpScript = `\set a random(1, 100000 * :scale)
BEGIN;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
END;
`
	eventScript = `\set a random(1, 100000 * :scale)
\set b random(1, 100000 * :scale)
BEGIN;
SELECT abalance FROM pgbench_accounts WHERE aid = :a FOR UPDATE;
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
SELECT abalance FROM pgbench_accounts WHERE aid = :b;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 1, CURRENT_TIMESTAMP);
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 2, CURRENT_TIMESTAMP);
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :a;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :b, 1, CURRENT_TIMESTAMP);
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :b, 2, CURRENT_TIMESTAMP);
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :b, 3, CURRENT_TIMESTAMP);
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :b;
END;
`
)

// region is a database of many cases and citizens.
type region struct {
	beside
	inbox   *exchange.Inbox
	agent   int64
	cases   int
	numbers []string // of some cases, all over
	next    atomic.Int64
}

// casesResult is what was measured with so many cases.
type casesResult struct {
	cases                  int
	filled                 float64 // cases a second
	lookUps, lookUpsBeside []float64
	events, eventsBeside   []float64
	batched                float64 // events a second, a hundred in a request
	lookUp, lookUpBeside   latency // at 1,000 a second
	search                 map[string]latency
	notices                noticesResult
	size                   int64 // bytes of the database, with what the measures themselves left
}

func benchCases(ctx context.Context, f flags, folder string) (err error) {
	r := &region{beside: beside{folder: folder}}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.start(ctx); err != nil {
		return err
	}
	var results []casesResult
	for _, n := range []int{f.Cases / 10, f.Cases} {
		one, err := r.measure(ctx, f, n)
		if err != nil {
			return err
		}
		results = append(results, one)
	}
	return reportCases(results)
}

type stepTexts struct{}

func (stepTexts) Step(_ dialogue.Language, c cases.Case) string {
	return "Case " + c.Number + ": " + string(c.State)
}

func (stepTexts) Merged(dialogue.Language, cases.Case, cases.State, string) string { return "" }

func (r *region) start(ctx context.Context) (err error) {
	if err := r.open(ctx, store.Options{Numbering: cases.NewNumbering([]byte("bench"))}); err != nil {
		return err
	}
	teller := casework.NewTeller(stepTexts{}, func(string) int { return 1 }, time.Now)
	r.inbox = exchange.NewInbox(func(ctx context.Context, fn func(exchange.Work) error) error {
		return r.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, teller, time.Now)
	return r.db.Do(ctx, func(w *store.Work) (err error) {
		if err := w.SaveAgency(ctx, "gp", map[dialogue.Language]string{"ru": "Агентство"}); err != nil {
			return err
		}
		r.agent, err = w.SaveAgent(ctx, acd.Agent{Login: "bench", Name: "Bench", Role: access.Agent, Languages: []string{"ru"}}, "")
		return err
	})
}

// The words of names and subjects: each is in one of some thousands of cases, as in a region.
var (
	surnames = []string{"Иванов", "Петров", "Ахметов", "Сапаров", "Ким", "Нурланов", "Смирнов", "Абдуллаев", "Жумабаев", "Попов"}
	about    = []string{"справка", "дорога", "паспорт", "пенсия", "школа", "земля", "прописка", "налог", "больница", "мусор", "освещение", "лицензия"}
)

func word(words []string, n int) string {
	return fmt.Sprintf("%s%d", words[n%len(words)], n/len(words)%2000)
}

// national is a well-formed IIN of a counted person: the check digit is found by trying.
func national(n int) string {
	base := fmt.Sprintf("%02d%02d%02d%d%04d", n/10000/28/12%90+10, n/10000/28%12+1, n/10000%28+1, 3+n/10000/28/12/90%4, n%10000)
	for digit := range 10 {
		number := fmt.Sprintf("%s%d", base, digit)
		if _, err := citizen.ParseNationalNumber(citizen.Kinds[0], number); err == nil {
			return number
		}
	}
	return ""
}

// fill adds cases up to a number, and citizens up to half of it, by two importers at once: as many as there are processors.
func (r *region) fill(ctx context.Context, until int) (perSecond float64, err error) {
	const batch, importers = 5000, 2
	began, before := time.Now(), r.cases
	var next atomic.Int64
	err = together(importers, func() error {
		for {
			from := before + int(next.Add(1)-1)*batch
			if from >= until {
				return nil
			}
			if err := r.add(ctx, from, min(batch, until-from)); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return 0, err
	}
	r.cases = until
	took := time.Since(began)
	if _, err := r.tool(ctx, "vacuumdb", "-z", "-q"); err != nil {
		return 0, err
	}
	return float64(r.cases-before) / took.Seconds(), r.choose(ctx)
}

// add adds n cases, counted from a number, and half as many citizens.
func (r *region) add(ctx context.Context, from, n int) error {
	return r.db.Do(ctx, func(w *store.Work) error {
		var people []citizen.Citizen
		for i := range n / 2 {
			if id := national(from/2 + i); id != "" { // of one in eleven no digit is right
				people = append(people, citizen.Citizen{NationalNumber: id, Name: word(surnames, from/2+i) + " Айгуль", Language: dialogue.Russian})
			}
		}
		owners, err := w.CopyCitizens(ctx, people)
		if err != nil {
			return err
		}
		all := make([]cases.Imported, n)
		for i := range all {
			at := from + i
			all[i] = cases.Imported{Key: fmt.Sprint(at), Kind: cases.Application, State: cases.Registered, Agency: "gp", Contact: fmt.Sprintf("+7701%07d", at%10_000_000),
				Subject: word(about, at) + " " + word(surnames, at/7), DueOn: time.Now().AddDate(0, 0, at%30+1), OpenedAt: time.Now().Add(-time.Duration(at%7776000) * time.Second)}
			if at%2 == 0 && len(owners) > 0 { // half of the cases are of a citizen without a number: nobody is told of them
				all[i].CitizenID = owners[i%len(owners)]
			}
		}
		_, err = w.ImportCases(ctx, "bench", all, "bench")
		return err
	})
}

// choose picks cases all over for what is measured.
func (r *region) choose(ctx context.Context) error {
	step := max(r.cases/200_000, 1)
	rows, err := r.db.Query(ctx, `SELECT number FROM cases WHERE id % $1 = 0 AND citizen_id IS NULL`, step)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.numbers = r.numbers[:0]
	for rows.Next() {
		var number string
		if err := rows.Scan(&number); err != nil {
			return err
		}
		r.numbers = append(r.numbers, number)
	}
	rand.Shuffle(len(r.numbers), func(i, j int) { r.numbers[i], r.numbers[j] = r.numbers[j], r.numbers[i] })
	return rows.Err()
}

func (r *region) number() string { return r.numbers[int(r.next.Add(1))%len(r.numbers)] }

func (r *region) lookUp(ctx context.Context) error {
	return r.db.Do(ctx, func(w *store.Work) error {
		_, err := w.CaseByNumber(ctx, r.number())
		return err
	})
}

// event has one event taken: its case moves, and its citizen is told.
func (r *region) event(ctx context.Context) error { return r.take(ctx, 1) }

func (r *region) take(ctx context.Context, n int) error {
	events := make([]exchange.Event, n)
	for i := range events {
		at := r.next.Add(1)
		events[i] = exchange.Event{Key: fmt.Sprint(at), Case: r.numbers[int(at)%len(r.numbers)], Sequence: at, State: []cases.State{cases.InProgress, cases.AwaitingCitizen}[at/int64(len(r.numbers))%2], At: time.Now()}
	}
	_, err := r.inbox.Take(ctx, "gp", events)
	return err
}

// A server that has run for some days has read the cases and the keys that open them; one that was filled just now has read pgbench's rows last.
const warm = `
SELECT sum(pg_prewarm(c.oid, 'read')) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE coalesce(i.indrelid, c.oid) = ANY ('{cases, data_keys, pgbench_accounts}'::regclass[])`

// settle gives pgbench as many rows as there are cases, has written out what filling both has left to be written, which would be written
// while others are measured, and has both read.
func (r *region) settle(ctx context.Context) error {
	if err := r.fillBeside(ctx, r.cases); err != nil {
		return err
	}
	for _, sql := range []string{`CHECKPOINT`, `CREATE EXTENSION IF NOT EXISTS pg_prewarm`, warm} {
		if _, err := r.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	_, _, err := many(ctx, 2*time.Second, r.lookUp) // statements are prepared, pages are read
	return err
}

func (r *region) measure(ctx context.Context, f flags, n int) (one casesResult, err error) {
	one = casesResult{search: map[string]latency{}}
	if one.filled, err = r.fill(ctx, n); err != nil {
		return one, err
	}
	one.cases = r.cases
	if err := r.settle(ctx); err != nil {
		return one, err
	}
	if one.lookUp, err = at(ctx, 1000, f.During, r.lookUp); err != nil {
		return one, err
	}
	if one.lookUpBeside, err = r.pgbenchAt(ctx, lookUpScript, 1000, f.During); err != nil {
		return one, err
	}
	for range rounds {
		for _, m := range []struct {
			own, beside *[]float64
			script      string
			do          func(context.Context) error
		}{{&one.lookUps, &one.lookUpsBeside, lookUpScript, r.lookUp}, {&one.events, &one.eventsBeside, eventScript, r.event}} {
			beside, err := r.pgbench(ctx, m.script, f.During)
			if err != nil {
				return one, err
			}
			own, _, err := many(ctx, f.During, m.do)
			if err != nil {
				return one, err
			}
			*m.own, *m.beside = append(*m.own, own), append(*m.beside, beside)
		}
	}
	const together = 100
	batches, _, err := many(ctx, f.During, func(ctx context.Context) error { return r.take(ctx, together) })
	if err != nil {
		return one, err
	}
	one.batched = batches * together
	if err := r.searches(ctx, &one); err != nil {
		return one, err
	}
	if one.notices, err = r.notices(ctx); err != nil {
		return one, err
	}
	return one, r.db.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&one.size)
}

// searches looks for people and cases, one after another, as an agent does.
func (r *region) searches(ctx context.Context, one *casesResult) error {
	for name, query := range map[string]func(n int) string{
		"number":       func(n int) string { return fmt.Sprintf("+7701%07d", n) },
		"national":     func(n int) string { return national(n / 2) },
		"name":         func(n int) string { return word(surnames, n/2) },
		"two words":    func(n int) string { return word(about, n) + " " + word(surnames, n/7) },
		"a common one": func(int) string { return "Айгуль" },
	} {
		var took []time.Duration
		for range 300 {
			q, err := search.Parse(query(rand.IntN(r.cases)))
			if err != nil {
				continue // of one in eleven counted people there is no number
			}
			began := time.Now()
			if _, err := r.db.Search(ctx, r.agent, q, desk.Page{Limit: 20}); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		var err error
		if one.search[name], err = latencyOf(took); err != nil {
			return err
		}
	}
	return nil
}

func reportCases(results []casesResult) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tcases\tokno\tpgbench\tokno ÷ pgbench\t")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	for _, r := range results {
		for _, row := range []struct {
			name        string
			own, beside []float64
		}{{"status look-ups/s", r.lookUps, r.lookUpsBeside}, {"events applied and told/s", r.events, r.eventsBeside}} {
			slices.Sort(row.own)
			slices.Sort(row.beside)
			own, beside := row.own[len(row.own)/2], row.beside[len(row.beside)/2]
			fmt.Fprintf(out, "%s\t%d\t%.0f\t%.0f\t%.2f\t\n", row.name, r.cases, own, beside, own/beside)
		}
		fmt.Fprintf(out, "events/s, a hundred in a request\t%d\t%.0f\t\t\t\n", r.cases, r.batched)
		fmt.Fprintf(out, "look-up at 1,000/s, p50 / p99\t%d\t%s / %s\t%s / %s\t\t\n", r.cases, ms(r.lookUp.p50), ms(r.lookUp.p99), ms(r.lookUpBeside.p50), ms(r.lookUpBeside.p99))
		for _, name := range []string{"number", "national", "name", "two words", "a common one"} {
			fmt.Fprintf(out, "search: %s, p50 / p99\t%d\t%s / %s\t\t\t\n", name, r.cases, ms(r.search[name].p50), ms(r.search[name].p99))
		}
		fmt.Fprintf(out, "list of 100,000 taken in\t%d\t%.1f s\t\t\t\n", r.cases, r.notices.takenIn.Seconds())
		fmt.Fprintf(out, "its messages queued/s\t%d\t%.0f\t\t\t\n", r.cases, r.notices.queued)
		fmt.Fprintf(out, "look-up at 1,000/s meanwhile, p50 / p99\t%d\t%s / %s\t\t\t\n", r.cases, ms(r.notices.lookUp.p50), ms(r.notices.lookUp.p99))
		fmt.Fprintf(out, "database, GB\t%d\t%.1f\t\t\t\n", r.cases, float64(r.size)/1e9)
		fmt.Fprintf(out, "cases taken over/s\t%d\t%.0f\t\t\t\n", r.cases, r.filled)
	}
	return out.Flush()
}

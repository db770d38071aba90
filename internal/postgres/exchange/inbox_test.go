package exchange_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/fault"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

type texts struct{}

func (texts) Step(_ dialogue.Language, c cases.Case) string { return c.Number + " " + string(c.State) }

func (texts) Merged(_ dialogue.Language, c cases.Case, stands cases.State, other string) string {
	return strings.TrimSpace(c.Number + " = " + other + " " + string(stands))
}

func inbox(db *store.Store) *exchange.Inbox {
	return exchange.NewInbox(func(ctx context.Context, fn func(exchange.Work) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, casework.NewTeller(texts{}, func(string) int { return 1 }, time.Now), time.Now)
}

const number = "+77010000001"

// office is a database with two agencies, and a citizen.
func office(t testing.TB) (url string, db *store.Store, open func(agency string) string) {
	t.Helper()
	url = pgtest.URL(t)
	db = pgtest.Open(t, url)
	var whose int64
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		for _, code := range []string{"moj", "mia"} {
			require.NoError(t, w.SaveAgency(t.Context(), code, map[dialogue.Language]string{"ru": code}))
		}
		whose, err = w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "850101300015", Name: "A", Numbers: []string{number}})
		return err
	})
	return url, db, func(agency string) (opened string) {
		pgtest.Do(t, db, func(w *store.Work) error {
			c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, Agency: agency, CitizenID: whose, Subject: "справка", By: "okno"})
			opened = c.Number
			return err
		})
		return opened
	}
}

func event(number string, sequence int64, state cases.State) exchange.Event {
	return exchange.Event{Key: fmt.Sprintf("%s:%d", number, sequence), Case: number, Sequence: sequence, State: state, At: time.Unix(1_795_000_000, 0)}
}

func outcomes(receipts []exchange.Receipt) (all []exchange.Outcome) {
	for _, r := range receipts {
		all = append(all, r.Outcome)
	}
	return all
}

func TestEventsAreAppliedOnceAndTold(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	in := inbox(db)
	number1 := open("moj")
	accepted, working := event(number1, 1, cases.Accepted), event(number1, 2, cases.InProgress)
	accepted.DueOn, accepted.Reason = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), "принято в канцелярии"
	for range 2 { // the answer to the first was lost
		receipts, err := in.Take(t.Context(), "moj", []exchange.Event{accepted, working})
		require.NoError(t, err)
		require.Equal(t, []exchange.Outcome{exchange.Applied, exchange.Applied}, outcomes(receipts))
		require.Equal(t, cases.InProgress, receipts[1].State)
	}
	require.Equal(t, []string{number1 + " in_progress"}, pgtest.Texts(t, url, "destination_index = $1", pgtest.Index(number)), "told once, where it stands now")
	require.Equal(t, "registered accepted in_progress", pgtest.Value[string](t, url, `SELECT string_agg(to_state, ' ' ORDER BY id) FROM case_moves`))
	require.Equal(t, "принято в канцелярии", pgtest.Opened[string](t, url, `SELECT why FROM case_moves WHERE to_state = 'accepted' AND by = 'agency:moj'`))
	require.Equal(t, "2027-03-01", pgtest.Value[string](t, url, `SELECT due_on::text FROM cases`))
	require.NotContains(t, pgtest.Dump(t, url), "канцелярии")

	again := event(number1, 2, cases.InProgress)
	again.Key = "other"
	late := event(number1, 2, cases.Rejected)
	late.Key = "late"
	receipts, err := in.Take(t.Context(), "moj", []exchange.Event{again, late, event(number1, 3, cases.Accepted), event("123456786", 1, cases.Ready)})
	require.NoError(t, err)
	require.Equal(t, []exchange.Outcome{exchange.Duplicate, exchange.Contradictory, exchange.Impossible, exchange.UnknownCase}, outcomes(receipts))
	for _, r := range receipts {
		require.NotEmpty(t, r.Explanation)
	}
	require.Equal(t, 6, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_events`))

	// A case of another agency is as unknown as one that there is not.
	foreign, err := in.Take(t.Context(), "mia", []exchange.Event{event(number1, 1, cases.Rejected)})
	require.NoError(t, err)
	require.Equal(t, receipts[3].Explanation, foreign[0].Explanation)
	require.Equal(t, exchange.Receipt{Key: foreign[0].Key, Outcome: exchange.UnknownCase, Explanation: receipts[3].Explanation}, foreign[0])

	// A key that is used for something else: nothing of the request is kept.
	reused := event(number1, 9, cases.Ready)
	reused.Key = accepted.Key
	_, err = in.Take(t.Context(), "moj", []exchange.Event{event(number1, 8, cases.Ready), reused})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, "key")
	require.Equal(t, "in_progress", pgtest.Value[string](t, url, `SELECT state FROM cases`))
	_, err = in.Take(t.Context(), "moj", nil)
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}

// Requests that come at the same time share transactions: each gets the receipts of its own events, and one that is refused spoils only
// itself.
func TestRequestsThatComeTogether(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	in := inbox(db)
	first := event(open("moj"), 1, cases.Accepted)
	_, err := in.Take(t.Context(), "moj", []exchange.Event{first})
	require.NoError(t, err)

	const requests = 60
	var asking sync.WaitGroup
	for i := range requests {
		one := open("moj")
		accepted, working := event(one, 1, cases.Accepted), event(one, 2, cases.InProgress)
		refused := i%7 == 3
		if refused {
			working.Key = first.Key
		}
		asking.Go(func() {
			receipts, err := in.Take(t.Context(), "moj", []exchange.Event{accepted, working})
			if refused {
				wrong := new(fault.Error)
				if assert.ErrorAs(t, err, &wrong) {
					assert.Equal(t, fault.Invalid, wrong.Kind)
					assert.Equal(t, "events[1].key", wrong.Field, "as the request counts its events")
				}
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, []exchange.Receipt{{Key: accepted.Key, Outcome: exchange.Applied, State: cases.Accepted},
				{Key: working.Key, Outcome: exchange.Applied, State: cases.InProgress}}, receipts)
		})
	}
	asking.Wait()
	require.Equal(t, "accepted 1, in_progress 51, registered 9", pgtest.Value[string](t, url,
		`SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM cases GROUP BY 1) s`))
	require.Len(t, pgtest.Texts(t, url, "destination_index = $1", pgtest.Index(number)), 52, "each case is told of once")
}

// Three agencies' events come shuffled and doubled, from several nodes at once, some of which are new processes: each case ends in the
// state that its sorted events give.
func TestCasesEndWhereTheSortedEventsLead(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	states := []cases.State{cases.Accepted, cases.InProgress, cases.AwaitingCitizen, cases.Ready, cases.Closed, cases.Rejected, cases.Withdrawn}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) //nolint:gosec // a test
	want := map[string]cases.State{}
	var all [2][]exchange.Event
	for i := range 30 {
		agency := i % 2
		opened := open([]string{"moj", "mia"}[agency])
		state := cases.Registered
		for sequence := range int64(1 + random.IntN(7)) {
			e := event(opened, sequence+1, states[random.IntN(len(states))])
			if state.May(e.State) {
				state = e.State
			}
			all[agency] = append(all[agency], e, e)
		}
		want[opened] = state
	}
	var nodes sync.WaitGroup
	for agency, events := range all {
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for half := range 2 {
			nodes.Go(func() {
				mine := events[half*len(events)/2 : (half+1)*len(events)/2]
				for len(mine) > 0 {
					in := inbox(pgtest.Open(t, url)) // a new process each time
					n := min(len(mine), 7)
					_, err := in.Take(t.Context(), []string{"moj", "mia"}[agency], mine[:n])
					if err != nil { // twice in one request with the same key is fine; anything else is not
						require.NoError(t, err)
					}
					mine = mine[n:]
				}
			})
		}
	}
	nodes.Wait()
	for opened, state := range want {
		require.Equal(t, string(state), pgtest.Value[string](t, url, `SELECT state FROM cases WHERE number = $1`, opened), opened)
	}
	require.Equal(t, len(all[0])/2+len(all[1])/2, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_events`))
	_ = db
}

// What an operator decides in between stands.
func TestAnOperatorsMoveStands(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	in := inbox(db)
	opened := open("moj")
	_, err := in.Take(t.Context(), "moj", []exchange.Event{event(opened, 1, cases.Accepted), event(opened, 3, cases.InProgress)})
	require.NoError(t, err)
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), opened)
		require.NoError(t, err)
		_, err = w.MoveCase(t.Context(), c, cases.AwaitingCitizen, time.Time{}, "agent:7", "звонил заявитель")
		return err
	})
	receipts, err := in.Take(t.Context(), "moj", []exchange.Event{event(opened, 2, cases.Rejected), event(opened, 4, cases.Ready)})
	require.NoError(t, err)
	require.Equal(t, []exchange.Outcome{exchange.Superseded, exchange.Applied}, outcomes(receipts))
	require.Equal(t, "ready", pgtest.Value[string](t, url, `SELECT state FROM cases`))
}

// A late event that changes what was decided is applied, and what it made impossible says so.
func TestALateEventCorrects(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	in := inbox(db)
	opened := open("moj")
	for _, e := range []exchange.Event{event(opened, 1, cases.Accepted), event(opened, 3, cases.InProgress), event(opened, 2, cases.Rejected)} {
		receipts, err := in.Take(t.Context(), "moj", []exchange.Event{e})
		require.NoError(t, err)
		require.Equal(t, []exchange.Outcome{exchange.Applied}, outcomes(receipts))
	}
	require.Equal(t, "rejected", pgtest.Value[string](t, url, `SELECT state FROM cases`))
	require.Equal(t, "registered accepted in_progress rejected", pgtest.Value[string](t, url, `SELECT string_agg(to_state, ' ' ORDER BY id) FROM case_moves`))
	require.Contains(t, pgtest.Value[string](t, url, `SELECT explanation FROM exchange_events WHERE sequence = 3 AND outcome = 'impossible'`), "came late")
	again, err := in.Take(t.Context(), "moj", []exchange.Event{event(opened, 3, cases.InProgress)})
	require.NoError(t, err)
	require.Equal(t, exchange.Impossible, again[0].Outcome, "asked again, the agency learns what became of it")
}

// A place in a queue moves up by what its agency reports, in the order of its sequence, and nobody is told of each step.
func TestAPlaceInAQueueMovesUp(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	in := inbox(db)
	number := open("moj")
	pgtest.Exec(t, url, `UPDATE cases SET kind = 'queue_place'`)
	report := func(sequence int64, at time.Time, place int) {
		t.Helper()
		e := event(number, sequence, cases.Accepted)
		e.Key, e.At, e.Place = fmt.Sprint("place-", sequence), at, place
		receipts, err := in.Take(t.Context(), "moj", []exchange.Event{e})
		require.NoError(t, err)
		require.Contains(t, []exchange.Outcome{exchange.Applied, exchange.Superseded}, receipts[0].Outcome)
	}
	place := func(monthBegan time.Time) (p cases.Place) {
		t.Helper()
		pgtest.Do(t, db, func(w *store.Work) error {
			c, err := w.CaseByNumber(t.Context(), number)
			require.NoError(t, err)
			p, err = w.PlaceOf(t.Context(), c.ID, monthBegan)
			return err
		})
		return p
	}
	now := time.Now()
	report(3, now.Add(-2*time.Hour), 214)
	require.Equal(t, cases.Place{Number: 214}, place(now.AddDate(0, 0, -20)))
	report(1, now.AddDate(0, 0, -40), 250) // late, and before this month
	report(2, now.AddDate(0, 0, -30), 226)
	require.Equal(t, cases.Place{Number: 214, MovedUp: 12}, place(now.AddDate(0, 0, -20)))
	require.Equal(t, cases.Place{Number: 214, MovedUp: 36}, place(now.AddDate(0, 0, -60)))
	told := len(pgtest.Texts(t, url, `m.lane = 'notice'`))
	report(4, now, 216) // others went before
	require.Equal(t, cases.Place{Number: 216, MovedUp: 10}, place(now.AddDate(0, 0, -20)))
	require.Len(t, pgtest.Texts(t, url, `m.lane = 'notice'`), told)
	e := event(number, 9, cases.Accepted)
	e.Place = 10_000_001
	_, err := in.Take(t.Context(), "moj", []exchange.Event{e})
	require.ErrorContains(t, err, "1 to 10000000")
}

func BenchmarkTake(b *testing.B) {
	_, db, open := office(b)
	in := inbox(db)
	var numbers []string
	for range 200 {
		numbers = append(numbers, open("moj"))
	}
	sequence := int64(0)
	taken := 0
	for b.Loop() {
		sequence++
		var events []exchange.Event
		for _, n := range numbers {
			e := event(n, sequence, cases.Accepted) // again on purpose: each is a move
			events = append(events, e)
		}
		_, err := in.Take(b.Context(), "moj", events)
		require.NoError(b, err)
		taken += len(events)
	}
	b.ReportMetric(float64(taken)/b.Elapsed().Seconds(), "events/s")
}

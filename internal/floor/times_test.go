package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

// Whatever agents, citizens and desks do in whatever order: what an agent's time goes into is what the contacts in hand, the status and the
// desk say; no moment is there twice; and the parts that are counted of it, cut at hours and queues, are the whole.
func TestPartsOfTimeAreTheWhole(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	pgtest.Exec(t, h.URL, `INSERT INTO queues (name, title) VALUES ('tax', '{}'); INSERT INTO agent_queues VALUES (`+fmt.Sprint(h.Agents[0].ID)+`, 'tax')`)
	citizens := 0
	rapid.Check(t, func(rt *rapid.T) {
		pgtest.Exec(t, h.URL, `TRUNCATE contacts, offers, agent_times, call_orders, report_hours CASCADE;
			UPDATE agents SET status = 'offline', next_status = NULL, connected_until = '-infinity'`)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			a := rapid.SampledFrom(h.Agents).Draw(rt, "agent")
			changeTime(t, h, a, rapid.IntRange(0, 11).Draw(rt, "step"), &citizens)
			for _, a := range h.Agents {
				require.Equal(t, standing(t, h, a.ID), timeGoesOn(t, h, a.ID), a.Login)
			}
		}
		require.Zero(t, pgtest.Value[int](t, h.URL, overlapping))
		// what took milliseconds takes hours, and everything is over
		from := time.Date(2026, 3, 1, 5, rapid.IntRange(0, 59).Draw(rt, "minute"), 0, 0, time.UTC)
		pgtest.Exec(t, h.URL, fmt.Sprintf(`UPDATE agent_times t SET since = '%[1]s'::timestamptz + (since - first) * 20000,
			until = '%[1]s'::timestamptz + (coalesce(until, clock_timestamp()) - first) * 20000 FROM (SELECT min(since) AS first FROM agent_times) f`,
			from.Format(time.RFC3339)))
		last := pgtest.Value[time.Time](t, h.URL, `SELECT coalesce(max(until), 'epoch') FROM agent_times`) // days later, where the machine was slow
		for day := from.Truncate(24 * time.Hour); day.Before(last); day = day.AddDate(0, 0, 1) {
			require.NoError(t, h.DB.RecountHours(t.Context(), report.Agents, report.Span{From: day, To: day.AddDate(0, 0, 1)}))
		}
		require.Equal(t, pgtest.Value[string](t, h.URL, wholeTimes), pgtest.Value[string](t, h.URL, countedTimes))
		require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM report_hours h CROSS JOIN jsonb_each(counts) e
			WHERE e.key <> 'used' GROUP BY hour HAVING sum(e.value::bigint) > 2 * 3600000 UNION ALL SELECT 0 LIMIT 1`), "an hour of two agents has two hours")
	})
}

const (
	overlapping = `SELECT count(*) FROM agent_times a JOIN agent_times b ON a.agent_id = b.agent_id AND a.id < b.id
		AND tstzrange(a.since, a.until) && tstzrange(b.since, b.until)`
	wholeTimes = `SELECT coalesce(string_agg(doing || ' ' || ms, ', ' ORDER BY doing), '') FROM (
		SELECT doing || CASE doing WHEN 'paused' THEN '_' || reason ELSE '' END AS doing,
		       sum(floor(extract(epoch FROM until) * 1000) - floor(extract(epoch FROM since) * 1000)) AS ms FROM agent_times GROUP BY 1) x WHERE ms > 0`
	countedTimes = `SELECT coalesce(string_agg(key || ' ' || ms, ', ' ORDER BY key), '') FROM (
		SELECT key, sum(value::bigint) AS ms FROM report_hours CROSS JOIN jsonb_each(counts) WHERE key <> 'used' GROUP BY key) x`
)

// changeTime does one of the things that change what an agent's time goes into. Not everything is possible always.
func changeTime(t *testing.T, h *floortest.House, a acd.Agent, step int, citizens *int) {
	ctx := t.Context()
	mine := func(state string) (id int64) {
		return pgtest.Value[int64](t, h.URL, `SELECT coalesce(max(id), 0) FROM contacts WHERE agent_id = $1 AND state = $2`, a.ID, state)
	}
	with := func(state string, fn func(w *store.Work, id int64) error) {
		if id := mine(state); id != 0 {
			h.Do(t, func(w *store.Work) error { return fn(w, id) })
		}
	}
	status := func(s acd.Status, reason string) {
		h.Do(t, func(w *store.Work) error { return h.Floor.SetStatus(ctx, w, a, s, reason, false) })
	}
	*citizens++
	number := fmt.Sprintf("+7701%07d", *citizens)
	switch step {
	case 0, 1:
		require.NoError(t, h.DB.ConnectDesk(ctx, a.ID, time.Hour, "test"))
		status(acd.Available, "")
	case 2:
		status(acd.Paused, []string{"lunch", "break"}[*citizens%2])
	case 3:
		status(acd.Offline, "")
	case 4:
		require.NoError(t, h.DB.DisconnectDesk(ctx, a.ID, "test"))
	case 5: // its node dies
		pgtest.Exec(t, h.URL, fmt.Sprintf(`UPDATE agents SET connected_until = clock_timestamp() WHERE id = %d AND connected_until > now()`, a.ID))
	case 6, 7:
		switch {
		case !pgtest.Value[bool](t, h.URL, `SELECT bool_or(status <> 'offline' AND connected_until > now() - interval '29 seconds') FROM agents`): // the queue is closed
		case step == 6:
			h.CallWaits(t, number)
		default:
			h.ThreadWaits(t, number)
		}
		h.Dispatch(t)
	case 8, 9:
		with("offered", func(w *store.Work, id int64) error {
			if *citizens%4 == 0 {
				return h.Floor.Decline(ctx, w, a, id)
			}
			_, err := h.Floor.Accept(ctx, w, a, id)
			return err
		})
		for _, o := range h.Orders(t) {
			require.NoError(t, h.Floor.Dial(ctx, h.Voice, o, "room"))
			if *citizens%5 > 0 {
				require.NoError(t, h.Floor.Joined(ctx, h.Voice, o))
			}
		}
	case 10:
		with("connected", func(w *store.Work, id int64) error { return h.Floor.Release(ctx, w, a, id) })
	case 11:
		with("wrap_up", func(w *store.Work, id int64) error { return h.Floor.File(ctx, w, a, id, "resolved", "") })
	}
}

// standing says what an agent's time should go into, "" for nothing.
func standing(t *testing.T, h *floortest.House, agent int64) string {
	a := pgtest.Value[struct {
		Status, Queues string
		Desk           bool
		Contacts       []struct{ State, Queue, Channel string }
	}](t, h.URL, `SELECT jsonb_build_object('Status', trim(status || ' ' || status_reason), 'Desk', connected_until > clock_timestamp(),
		'Queues', (SELECT string_agg(queue, ' ' ORDER BY queue) FROM agent_queues WHERE agent_id = a.id),
		'Contacts', (SELECT jsonb_agg(jsonb_build_object('State', state, 'Queue', queue, 'Channel', channel) ORDER BY queue)
		             FROM contacts WHERE agent_id = a.id AND state <> 'ended')) FROM agents a WHERE id = $1`, agent)
	load := 0
	doing := map[string]string{}
	onCall := false
	for _, c := range a.Contacts {
		load += map[string]int{"voice": 100, "sms": 20}[c.Channel]
		name := map[string]string{"connected": "talking", "accepted": "ringing"}[c.State]
		if name == "" {
			name = c.State
		}
		doing[name] += " " + c.Queue
		onCall = onCall || name == "talking" && c.Channel == "voice"
	}
	if !a.Desk && !onCall {
		return ""
	}
	for _, name := range []string{"talking", "wrap_up", "ringing", "offered"} {
		if queues := doing[name]; queues != "" {
			return fmt.Sprint(name, queues, " ", load)
		}
	}
	if a.Status == "offline" {
		return ""
	}
	return fmt.Sprint(a.Status, " ", a.Queues, " ", load)
}

// timeGoesOn is what is kept of it.
func timeGoesOn(t *testing.T, h *floortest.House, agent int64) string {
	return pgtest.Value[string](t, h.URL, `SELECT coalesce(string_agg(trim(t.doing || ' ' || t.reason) || ' ' || array_to_string(t.queues, ' ') || ' ' || t.load, '; '), '')
		FROM agent_times t JOIN agents a ON a.id = t.agent_id
		WHERE t.agent_id = $1 AND t.until IS NULL AND (NOT t.desk OR a.connected_until > clock_timestamp())`, agent)
}

// A desk that comes back after its node had died was there until its lease ended; one that was logged out, until then.
func TestATimeEndsWithItsDesk(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	a := h.Agents[0].ID
	pgtest.Exec(t, h.URL, `UPDATE agent_times SET since = now() - interval '50 minutes';
		UPDATE agents SET connected_until = date_trunc('second', now()) - interval '20 minutes'`)
	require.NoError(t, h.DB.ConnectDesk(t.Context(), a, time.Minute, "test"))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM agent_times t JOIN agents a ON a.id = t.agent_id
		WHERE until = date_trunc('second', until) AND until BETWEEN now() - interval '21 minutes' AND now() - interval '19 minutes'`))
	require.Equal(t, "available general 0", timeGoesOn(t, h, a))
	require.NoError(t, h.DB.ConnectDesk(t.Context(), a, time.Minute, "test"))
	require.Equal(t, 2, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM agent_times`), "a renewed lease changes nothing")
	h.Do(t, func(w *store.Work) error { return w.EndLogins(t.Context(), a, "test") })
	require.Empty(t, timeGoesOn(t, h, a))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM agent_times WHERE until > now() - interval '1 minute'`), "the second lasted until the end of the login")
}

// Where a talk is passed on to is kept, with the queue that it came from.
func TestWhereATalkIsPassedOnIsKept(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	ctx := t.Context()
	pgtest.Exec(t, h.URL, `INSERT INTO queues (name, title) VALUES ('tax', '{}'); INSERT INTO agent_queues SELECT id, 'tax' FROM agents`)
	first, second := h.Agents[0], h.Agents[1]
	pause := func(a acd.Agent, s acd.Status) {
		h.Do(t, func(w *store.Work) error { return w.SetStatus(ctx, a.ID, s, "", "test") })
	}
	passed := func(id int64) string {
		return pgtest.Value[string](t, h.URL, `SELECT concat_ws(' ', queue, passed_to, passed_queue, passed_asked) FROM contacts WHERE id = $1`, id)
	}
	talks := func(number string) int64 {
		pause(second, acd.Paused)
		pause(first, acd.Available)
		pgtest.Exec(t, h.URL, `UPDATE contacts SET state = 'ended', outcome = 'handled' WHERE state <> 'ended'`)
		h.Orders(t) // of the talk before
		_, id, _ := h.Talks(t, number)
		pause(second, acd.Available)
		return id
	}
	transfer := func(id int64, to floor.Target) string {
		h.Do(t, func(w *store.Work) error { return h.Floor.Transfer(ctx, w, first, id, to, "") })
		return passed(id)
	}
	require.Equal(t, "general queue tax f", transfer(talks("+77010000001"), floor.Target{Queue: "tax"}))
	require.Equal(t, "general agent general f", transfer(talks("+77010000002"), floor.Target{Agent: second.ID}))
	require.Equal(t, "general outside f", transfer(talks("+77010000003"), floor.Target{Outside: call.Destination{Number: "+77270000000"}}))

	id := talks("+77010000004")
	h.Do(t, func(w *store.Work) error { return h.Floor.Consult(ctx, w, first, id, floor.Target{Agent: second.ID}) })
	help := pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	h.Accept(t, second, help)
	for _, o := range h.Orders(t) {
		if o.Kind == call.Connect {
			require.NoError(t, h.Floor.Dial(ctx, h.Voice, o, "room"))
			require.NoError(t, h.Floor.Joined(ctx, h.Voice, o))
		}
	}
	require.Equal(t, "general", passed(id), "not while they ask")
	h.Do(t, func(w *store.Work) error { return h.Floor.Complete(ctx, w, first, id, "") })
	require.Equal(t, "general agent general t", passed(id))
	require.Equal(t, contact.WrapUp, h.Contact(t, id).State)

	now := time.Now()
	require.NoError(t, report.Rebuild(ctx, h.DB, report.Span{From: now.Truncate(time.Hour).Add(-time.Hour), To: now.Add(time.Hour)}, now, func(report.Source, report.Span) {}))
	q, err := report.Ask(report.Asked{Report: "transfers"}, time.UTC, now)
	require.NoError(t, err)
	table, err := report.Read(ctx, h.DB, q)
	require.NoError(t, err)
	lines := map[string]report.Counts{}
	for _, l := range table.Lines {
		lines[fmt.Sprint(l.Key)] = l.Counts
	}
	require.Equal(t, map[string]report.Counts{
		"[general tax]":     {"transfers": 1, "to_queues": 1},
		"[general general]": {"transfers": 2, "to_agents": 2, "asked_before": 1},
		"[general ]":        {"transfers": 1, "to_outside": 1},
	}, lines)
}

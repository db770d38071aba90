package contacts

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"

	"okno/internal/postgres/streams"
)

// One at a time notes an agent's time: contacts of the agent that others move meanwhile are seen by whoever is second.
const lockTimes = `SELECT pg_advisory_xact_lock(hashtextextended('agent times', $1))`

// What an agent does is said by the contacts in hand, of which a talk goes before a wrap-up, and that before what only asks for the agent;
// and by the status that the agent chose where there are none. $2 is when the desk's lease ended or will end, NULL: as it stands.
const noteTime = `
WITH at AS MATERIALIZED (
    SELECT clock_timestamp() AS now, coalesce($2, connected_until) AS leased FROM agents WHERE id = $1
), held AS (
    SELECT c.queue, ch.cost, c.state = 'connected' AND ch.by_call AS by_call,
           CASE c.state WHEN 'connected' THEN 'talking' WHEN 'accepted' THEN 'ringing' ELSE c.state END AS doing
    FROM contacts c JOIN channels ch ON ch.name = c.channel
    WHERE c.agent_id = $1 AND c.state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up')
), foremost AS (
    SELECT doing, bool_or(by_call) AS by_call, array_agg(queue ORDER BY queue) AS queues FROM held GROUP BY doing
    ORDER BY array_position('{talking,wrap_up,ringing,offered}', doing) LIMIT 1
), stands AS MATERIALIZED (
    SELECT coalesce(f.doing, a.status) AS doing, CASE WHEN f.doing IS NULL AND a.status = 'paused' THEN a.status_reason ELSE '' END AS reason,
           NOT coalesce(f.by_call, false) AS desk, coalesce((SELECT sum(cost) FROM held), 0)::int AS load, a.capacity,
           coalesce(f.queues, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id ORDER BY queue)) AS queues
    FROM agents a CROSS JOIN at LEFT JOIN foremost f ON true
    WHERE a.id = $1 AND (f.by_call OR a.connected_until > at.now) AND (f.doing IS NOT NULL OR a.status <> 'offline')
), goes_on AS (
    SELECT t.id FROM agent_times t JOIN stands s USING (doing, reason, desk, load, capacity, queues) CROSS JOIN at
    WHERE t.agent_id = $1 AND t.until IS NULL AND (NOT t.desk OR at.leased > at.now)
), over AS (
    UPDATE agent_times t SET until = greatest(t.since, CASE WHEN t.desk THEN least(at.now, at.leased) ELSE at.now END) FROM at
    WHERE t.agent_id = $1 AND t.until IS NULL AND NOT EXISTS (SELECT FROM goes_on)
)
INSERT INTO agent_times (agent_id, since, doing, reason, desk, load, capacity, queues)
SELECT $1, at.now, s.doing, s.reason, s.desk, s.load, s.capacity, s.queues FROM stands s CROSS JOIN at WHERE NOT EXISTS (SELECT FROM goes_on)`

// asItStands says that the lease of an agent's desk is as it was before the transaction.
var asItStands pgtype.Timestamptz

// noteTime notes what an agent's time goes into from now on, at the end of the transaction. leased is when the lease of the agent's desk
// would have ended before the transaction changed it, or [asItStands].
func (w Steps) noteTime(agent int64, leased pgtype.Timestamptz) {
	lock := "agent " + streams.Agent(agent) // before all streams
	if leased.Valid {
		lock += " leased" // as the others of this agent do not see that lease anymore
	} else {
		lock += " stands"
	}
	w.tx.Last(lock, fmt.Sprint("lock times of agent ", agent), lockTimes, agent)
	w.tx.Last(lock, fmt.Sprint("note time of agent ", agent), noteTime, agent, leased)
}

-- +goose Up

-- A segment that waits to be claimed. To claim it takes it out of here, so that what was sent long ago is in nobody's way.
CREATE TABLE mt_queue (
    lane       text NOT NULL,
    due_at     timestamptz NOT NULL,
    id         bigint NOT NULL,          -- mt_segments
    attempts   int NOT NULL DEFAULT 0,   -- as of its segment
    repeats    int NOT NULL DEFAULT 0,   -- unanswered submits that may have reached the operator: unknowns less lapses
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (lane, due_at, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX mt_queue_expiry ON mt_queue (expires_at);

-- What a bind has claimed at once. Whatever of it has no outcome when the lease ends has lapsed; once all of it has one, the
-- row goes.
CREATE TABLE mt_claims (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link         text NOT NULL,
    slot         text NOT NULL,          -- of the bind
    awaited      boolean NOT NULL,       -- it matters that receipts come
    claimed_at   timestamptz NOT NULL,
    leased_until timestamptz NOT NULL,
    segments     bigint[] NOT NULL,      -- mt_segments
    attempts     int[] NOT NULL,         -- that this is of each
    unsettled    int NOT NULL            -- how many have no outcome yet
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

INSERT INTO mt_claims (link, slot, awaited, claimed_at, leased_until, segments, attempts, unsettled)
SELECT link, slot, awaited, min(submitted_at), min(leased_until), array_agg(id), array_agg(attempts), count(*)
FROM mt_segments WHERE state = 'submitted' GROUP BY link, slot, awaited;
UPDATE mt_segments SET state = 'queued', attempts = attempts - 1 WHERE state = 'submitted';
INSERT INTO mt_queue (lane, due_at, id, attempts, repeats, expires_at)
SELECT lane, due_at, id, attempts, unknowns - lapses, expires_at FROM mt_segments
WHERE state = 'queued' AND id NOT IN (SELECT unnest(segments) FROM mt_claims);

-- Of a segment there is left what its outcome and its receipt say. Only the outcome changes what an index holds; half a page
-- is left free, so that the receipt finds room beside it.
DROP INDEX mt_segments_due;
DROP INDEX mt_segments_expiry;
DROP INDEX mt_segments_leased;
ALTER TABLE mt_segments SET (fillfactor = 50), DROP COLUMN queued_for, DROP COLUMN lapses_at, DROP COLUMN leased_until, DROP COLUMN lane,
    DROP CONSTRAINT mt_segments_state_check,
    ADD CONSTRAINT mt_segments_state_check CHECK (state IN ('queued', 'accepted', 'delivered', 'undeliverable', 'expired', 'unknown', 'failed'));

DROP INDEX mt_messages_interaction; -- nobody asks by it

-- Plans are kept (see DB.Open). While a table has a few rows, any way through it costs the same, and what Postgres has learned
-- of it by then misleads it when it is large; what it assumes of a table that it has not looked at does not.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY '{mt_queue,mt_claims,mt_segments,mt_messages,mt_receipts,mo_messages,mo_parts,interactions,sessions,entries,interaction_cases,subscribers}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000)', name);
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
CREATE INDEX mt_messages_interaction ON mt_messages (interaction_id, id);
ALTER TABLE mt_segments SET (fillfactor = 70), DROP CONSTRAINT mt_segments_state_check,
    ADD CONSTRAINT mt_segments_state_check
        CHECK (state IN ('queued', 'submitted', 'accepted', 'delivered', 'undeliverable', 'expired', 'unknown', 'failed')),
    ADD COLUMN lane text, ADD COLUMN leased_until timestamptz;
UPDATE mt_segments s SET lane = m.lane FROM mt_messages m WHERE m.id = s.mt_id;
UPDATE mt_segments s SET state = 'submitted', attempts = c.attempt, link = c.link, slot = c.slot, awaited = c.awaited,
    submitted_at = c.claimed_at, leased_until = c.leased_until
FROM (SELECT link, slot, awaited, claimed_at, leased_until, unnest(segments) AS id, unnest(attempts) AS attempt FROM mt_claims) c
WHERE s.id = c.id AND s.state = 'queued' AND s.attempts = c.attempt - 1;
ALTER TABLE mt_segments ALTER COLUMN lane SET NOT NULL,
    ADD COLUMN queued_for timestamptz GENERATED ALWAYS AS (CASE WHEN state = 'queued' THEN due_at END) STORED,
    ADD COLUMN lapses_at timestamptz GENERATED ALWAYS AS (CASE WHEN state = 'submitted' THEN leased_until END) STORED;
CREATE INDEX mt_segments_due ON mt_segments (lane, queued_for, id) WHERE queued_for IS NOT NULL;
CREATE INDEX mt_segments_expiry ON mt_segments (expires_at) WHERE queued_for IS NOT NULL AND part > 0;
CREATE INDEX mt_segments_leased ON mt_segments (lapses_at) WHERE lapses_at IS NOT NULL;
DROP TABLE mt_claims;
DROP TABLE mt_queue;

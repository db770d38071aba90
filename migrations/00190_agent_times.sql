-- +goose Up

-- What agents spend their time on: a row from one change to the next. While nobody is there, off duty or without a desk, no row goes on.
CREATE TABLE agent_times (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id bigint NOT NULL,             -- agents
    since    timestamptz NOT NULL,
    until    timestamptz,                 -- NULL: it goes on
    doing    text NOT NULL CHECK (doing IN ('talking', 'wrap_up', 'ringing', 'offered', 'available', 'paused')),
    reason   text NOT NULL DEFAULT '',    -- of a pause
    desk     boolean NOT NULL,            -- it goes on for as long as the desk's lease: all does but a talk on the telephone
    load     int NOT NULL,                -- points of capacity that contacts take
    capacity int NOT NULL,
    queues   text[] NOT NULL              -- to which the time belongs, in equal parts; a queue may be there twice
);
CREATE INDEX agent_times_open ON agent_times (agent_id) WHERE until IS NULL;
CREATE INDEX agent_times_until ON agent_times (until) WHERE until IS NOT NULL;
CREATE INDEX agent_times_span ON agent_times USING gist (tstzrange(since, until));

-- Where an agent's talk was passed on to. A contact is passed on once: then the agent's part is over.
ALTER TABLE contacts ADD COLUMN passed_at timestamptz,
    ADD COLUMN passed_to text CHECK (passed_to IN ('queue', 'agent', 'outside')),
    ADD COLUMN passed_queue text,         -- of the contact after it; NULL of a telephone outside
    ADD COLUMN passed_asked boolean;      -- whoever took it was asked before
CREATE INDEX contacts_passed_at ON contacts (passed_at) WHERE passed_at IS NOT NULL;

ALTER TABLE report_hours ADD COLUMN to_queue text NOT NULL DEFAULT '',
    DROP CONSTRAINT report_hours_pkey,
    ADD PRIMARY KEY (source, hour, queue, service, agency, channel, language, dialogue, node, to_queue);

-- +goose Down
DELETE FROM report_hours WHERE source IN ('agents', 'transfers');
DELETE FROM report_marks WHERE source IN ('agents', 'transfers');
ALTER TABLE report_hours DROP CONSTRAINT report_hours_pkey, DROP COLUMN to_queue,
    ADD PRIMARY KEY (source, hour, queue, service, agency, channel, language, dialogue, node);
DROP INDEX contacts_passed_at;
ALTER TABLE contacts DROP COLUMN passed_asked, DROP COLUMN passed_queue, DROP COLUMN passed_to, DROP COLUMN passed_at;
DROP TABLE agent_times;

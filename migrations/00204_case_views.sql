-- +goose Up

-- Filters of the list of cases that agents keep under a name.
CREATE TABLE case_views (
    agent_id bigint NOT NULL,             -- agents
    name     text NOT NULL,
    filter   jsonb NOT NULL,              -- cases.Filter
    PRIMARY KEY (agent_id, name)
);
CREATE INDEX cases_open ON cases (id) WHERE state NOT IN ('closed', 'rejected', 'withdrawn');

-- The case that an agent has open, for as long as the agent's desk is connected.
ALTER TABLE agents ADD COLUMN looking_at bigint;  -- cases
CREATE INDEX agents_looking ON agents (looking_at) WHERE looking_at IS NOT NULL;

-- +goose Down
DROP INDEX agents_looking;
ALTER TABLE agents DROP COLUMN looking_at;
DROP INDEX cases_open;
DROP TABLE case_views;

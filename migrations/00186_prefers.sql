-- +goose Up

-- The agent who knows whoever waits, and is asked alone until a moment.
ALTER TABLE contacts ADD COLUMN prefers bigint REFERENCES agents, ADD COLUMN prefers_until timestamptz;

-- Threads that ended a moment ago, and whoever goes on with one.
CREATE INDEX interactions_served ON interactions (ended_at) WHERE outcome = 'operator';

-- +goose Down
DROP INDEX interactions_served;
ALTER TABLE contacts DROP COLUMN prefers, DROP COLUMN prefers_until;

-- +goose Up
-- An agent sees the own contacts of the last day.
CREATE INDEX contacts_recent ON contacts (agent_id, ended_at DESC) WHERE state = 'ended' AND agent_id IS NOT NULL;

-- +goose Down
DROP INDEX contacts_recent;

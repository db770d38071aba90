-- +goose Up

-- How early those who wait in a queue are served, and who helps its agents; NULL: the house's.
ALTER TABLE queues
    ADD COLUMN priority int CHECK (priority BETWEEN 0 AND 100),              -- points
    ADD COLUMN ageing int CHECK (ageing BETWEEN 1 AND 100),                  -- points for each minute of waiting
    ADD COLUMN overflow text REFERENCES queues DEFERRABLE INITIALLY DEFERRED CHECK (overflow <> name), -- whose agents are asked, too
    ADD COLUMN overflow_seconds int CHECK (overflow_seconds BETWEEN 0 AND 3600);

-- The queue as whose agent the agent was asked; NULL: the contact's own.
ALTER TABLE offers ADD COLUMN via text;

CREATE INDEX contacts_waiting_in ON contacts (queue, priority DESC, queued_at, id) WHERE state = 'waiting';

-- +goose Down
DROP INDEX contacts_waiting_in;
ALTER TABLE offers DROP COLUMN via;
ALTER TABLE queues DROP COLUMN priority, DROP COLUMN ageing, DROP COLUMN overflow, DROP COLUMN overflow_seconds;

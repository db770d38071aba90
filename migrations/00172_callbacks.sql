-- +goose Up

-- A callback waits in a queue as a call does; the citizen is called once an agent has accepted it.
INSERT INTO channels VALUES ('callback', 100, true);

ALTER TABLE contacts
    ADD COLUMN due_at timestamptz,                -- of a callback: not before; NULL of any other
    ADD COLUMN attempts int NOT NULL DEFAULT 0;   -- of a callback: how often the citizen did not answer
CREATE INDEX contacts_callbacks ON contacts (interaction_id) WHERE channel = 'callback' AND state <> 'ended';

-- From when until when citizens are called back, in minutes of the day; NULL is the default of package acd.
ALTER TABLE queues
    ADD COLUMN call_from int CHECK (call_from BETWEEN 0 AND 1440),
    ADD COLUMN call_until int CHECK (call_until BETWEEN 0 AND 1440);

-- Whether an Asterisk has a trunk by which citizens are called.
ALTER TABLE asterisks ADD COLUMN outward boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE asterisks DROP COLUMN outward;
ALTER TABLE queues DROP COLUMN call_from, DROP COLUMN call_until;
DROP INDEX contacts_callbacks;
ALTER TABLE contacts DROP COLUMN due_at, DROP COLUMN attempts;
UPDATE contacts SET channel = 'voice' WHERE channel = 'callback';
DELETE FROM channels WHERE name = 'callback';

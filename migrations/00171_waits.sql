-- +goose Up

-- How often callers who wait are told how the wait stands; 0: never; NULL is the default of package acd.
ALTER TABLE queues ADD COLUMN announce_seconds int CHECK (announce_seconds BETWEEN 0 AND 3600);

-- When a caller was told last, and which place: nobody is told twice because a process was killed.
ALTER TABLE contacts
    ADD COLUMN announced_at timestamptz,
    ADD COLUMN announced_place int;

-- The history by which waits are estimated.
CREATE INDEX contacts_taken ON contacts (queue, connected_at) WHERE connected_at IS NOT NULL;

-- +goose Down
DROP INDEX contacts_taken;
ALTER TABLE contacts DROP COLUMN announced_at, DROP COLUMN announced_place;
ALTER TABLE queues DROP COLUMN announce_seconds;

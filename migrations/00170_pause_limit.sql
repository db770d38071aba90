-- +goose Up

-- How long a pause may last before the agent is no longer counted on for those who wait; NULL is the default of package acd.
ALTER TABLE queues ADD COLUMN pause_seconds int CHECK (pause_seconds BETWEEN 0 AND 3600);

-- +goose Down
ALTER TABLE queues DROP COLUMN pause_seconds;

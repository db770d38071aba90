-- What service a queue aims at: the share of contacts, in per cent, that is answered within a time. NULL: the house's.
-- +goose Up
ALTER TABLE queues
    ADD COLUMN target_seconds int CHECK (target_seconds BETWEEN 1 AND 3600),
    ADD COLUMN target_percent int CHECK (target_percent BETWEEN 1 AND 100);

-- +goose Down
ALTER TABLE queues DROP COLUMN target_seconds, DROP COLUMN target_percent;

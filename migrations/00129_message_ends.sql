-- +goose Up

-- When the outcome of a message by itself is looked at next, to tell its client; NULL: the client has no webhook, or was told.
ALTER TABLE notifications ADD COLUMN follow_at timestamptz;
CREATE INDEX notifications_follow ON notifications (follow_at) WHERE follow_at IS NOT NULL;

-- +goose Down
DROP INDEX notifications_follow;
ALTER TABLE notifications DROP COLUMN follow_at;

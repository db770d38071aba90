-- +goose Up

-- The last announcement that somebody who waits was told of.
ALTER TABLE interactions ADD COLUMN heard_announcement bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE interactions DROP COLUMN heard_announcement;

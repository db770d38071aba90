-- +goose Up

-- What a citizen thinks of how a case was dealt with.
ALTER TABLE cases ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 5), ADD COLUMN rated_at timestamptz;

-- +goose Down
ALTER TABLE cases DROP COLUMN rating, DROP COLUMN rated_at;

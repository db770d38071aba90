-- +goose Up

-- Of a callback: the time that the citizen has chosen; NULL: as soon as the turn comes. due_at moves with each attempt, this does not.
ALTER TABLE contacts ADD COLUMN promised_at timestamptz;

-- +goose Down
ALTER TABLE contacts DROP COLUMN promised_at;

-- +goose Up

-- Since when the page of the agent in a talk is away: it is rung again when it is back. NULL: it is there.
ALTER TABLE calls ADD COLUMN away_at timestamptz;

-- +goose Down
ALTER TABLE calls DROP COLUMN away_at;

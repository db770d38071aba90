-- +goose Up

-- A call that an agent places: its contact is the agent's from the first moment.
INSERT INTO channels VALUES ('outgoing', 100, true);

-- +goose Down
UPDATE contacts SET channel = 'voice' WHERE channel = 'outgoing';
DELETE FROM channels WHERE name = 'outgoing';

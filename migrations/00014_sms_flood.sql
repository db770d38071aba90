-- +goose Up

-- flood: it came over the limit of messages that are heard of one citizen; then it was kept, and not answered.
ALTER TABLE mo_messages ADD COLUMN flood boolean NOT NULL DEFAULT false;
-- How many have come of a citizen lately.
CREATE INDEX mo_messages_source ON mo_messages (source, received_at);
-- The parts that wait of a citizen's long messages.
CREATE INDEX mo_parts_waiting ON mo_parts (source, received_at) WHERE mo_id IS NULL;

-- +goose Down
DROP INDEX mo_parts_waiting;
DROP INDEX mo_messages_source;
ALTER TABLE mo_messages DROP COLUMN flood;

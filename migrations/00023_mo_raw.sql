-- +goose Up

-- The octets of a message whose text is not all that they say: some had no character, or it makes no sense.
ALTER TABLE mo_messages ADD COLUMN raw bytea;

-- +goose Down
ALTER TABLE mo_messages DROP COLUMN raw;

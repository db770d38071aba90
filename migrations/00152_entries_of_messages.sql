-- +goose Up

-- The message that a line of an agent went out as: the desk shows what became of it.
ALTER TABLE entries ADD COLUMN mt_id bigint; -- mt_messages, which are gone earlier

-- +goose Down
ALTER TABLE entries DROP COLUMN mt_id;

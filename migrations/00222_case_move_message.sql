-- +goose Up

-- The message by which the citizen was told of the move: its tick is shown beside it. No foreign key, as everywhere on mt_messages.
ALTER TABLE case_moves ADD COLUMN mt_id bigint;

-- +goose Down
ALTER TABLE case_moves DROP COLUMN mt_id;

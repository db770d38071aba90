-- +goose Up
-- Who has a case open may be writing in it: whoever else has it open is told.
ALTER TABLE agents ADD COLUMN typing boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE agents DROP COLUMN typing;

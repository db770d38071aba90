-- +goose Up

-- What was counted when passwords were held: a page says it in its own language. A hold of before has its English reason alone, and 0 here.
ALTER TABLE otp_blocks
    ADD COLUMN verified        int NOT NULL DEFAULT 0,
    ADD COLUMN sent            int NOT NULL DEFAULT 0,
    ADD COLUMN verified_before int NOT NULL DEFAULT 0,
    ADD COLUMN sent_before     int NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE otp_blocks
    DROP COLUMN verified,
    DROP COLUMN sent,
    DROP COLUMN verified_before,
    DROP COLUMN sent_before;

-- +goose Up

-- Whether citizens are called back whose call broke off with the telephone system; NULL is the default of package acd.
ALTER TABLE queues ADD COLUMN call_back_lost boolean;

-- +goose Down
ALTER TABLE queues DROP COLUMN call_back_lost;

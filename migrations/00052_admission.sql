-- +goose Up

-- How many a queue admits; NULL is the default of package acd, 0 is no limit.
ALTER TABLE queues ADD COLUMN most_waiting int CHECK (most_waiting >= 0), ADD COLUMN most_of_number int CHECK (most_of_number >= 0);

-- +goose Down
ALTER TABLE queues DROP COLUMN most_waiting, DROP COLUMN most_of_number;

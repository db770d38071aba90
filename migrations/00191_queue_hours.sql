-- +goose Up

-- Within whose hours a queue is open, NULL: always; and whether those who wait at their end are served or told, NULL: the house's. A thread that
-- waits for its queue to open has a contacts.due_at, as a callback has.
ALTER TABLE queues
    ADD COLUMN calendar text REFERENCES calendars,
    ADD COLUMN at_closing text CHECK (at_closing IN ('serve', 'tell'));

-- +goose Down
ALTER TABLE queues DROP COLUMN calendar, DROP COLUMN at_closing;

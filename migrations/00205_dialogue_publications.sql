-- +goose Up

-- Which version of the dialogue new sessions begin with: that of the last row.
CREATE TABLE dialogue_publications (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text REFERENCES dialogues,   -- null: withdrawn; the folder of each node counts
    was     text REFERENCES dialogues,   -- what it replaced; null: none was published
    by      text NOT NULL,               -- as in the journal
    why     text NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- +goose Down
DROP TABLE dialogue_publications;

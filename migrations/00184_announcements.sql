-- +goose Up

-- What callers hear first while it is on. Texts are for everybody: nothing of a citizen is in them.
CREATE TABLE announcements (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    texts    jsonb NOT NULL,                -- by language
    prefixes text[] NOT NULL DEFAULT '{}',  -- of the numbers that hear it; none: everybody
    on_at    timestamptz NOT NULL DEFAULT now(),
    on_by    text NOT NULL,                 -- as in the journal
    off_at   timestamptz,
    off_by   text NOT NULL DEFAULT ''
);
CREATE INDEX announcements_on ON announcements (id) WHERE off_at IS NULL;

-- +goose Down
DROP TABLE announcements;

-- +goose Up

-- What retention deleted on a day, by rule, and what a look at the table found afterwards: the proof that rules are kept.
CREATE TABLE retention_days (
    day        timestamptz NOT NULL,     -- its beginning, in UTC
    kind       text NOT NULL,            -- the table
    keeps      interval NOT NULL,        -- the rule, as it was
    deleted    bigint NOT NULL DEFAULT 0,
    looked_at  timestamptz,              -- NULL: not yet
    oldest     timestamptz,              -- of what is there; NULL: nothing
    overdue    bigint,                   -- rows that the rule should have ended, for more than a day
    PRIMARY KEY (day, kind)
);

-- +goose Down
DROP TABLE retention_days;

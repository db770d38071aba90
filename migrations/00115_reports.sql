-- +goose Up

-- What the figures of reports are computed of, by the hour in which the row of the ledger began. There is nothing personal in it.
CREATE TABLE report_hours (
    source   text NOT NULL,              -- the part of the ledger: report.Source
    hour     timestamptz NOT NULL,       -- its beginning
    queue    text NOT NULL DEFAULT '',
    service  text NOT NULL DEFAULT '',   -- code
    agency   text NOT NULL DEFAULT '',   -- code
    channel  text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    dialogue text NOT NULL DEFAULT '',   -- version
    node     text NOT NULL DEFAULT '',
    open     boolean NOT NULL,           -- something of it was under way: it is counted again
    counts   jsonb NOT NULL,             -- report.Counts, without zeros
    PRIMARY KEY (source, hour, queue, service, agency, channel, language, dialogue, node)
);
CREATE INDEX report_hours_hour ON report_hours (hour);
CREATE INDEX report_hours_open ON report_hours (source, hour) WHERE open;

-- How far each source was counted. Who counts holds its row.
CREATE TABLE report_marks (
    source  text PRIMARY KEY,
    through timestamptz NOT NULL,
    settled timestamptz NOT NULL
);

-- The rows of an hour. Interactions and messages are found by their ids, which grow with the moment. Moves are only ever added.
CREATE INDEX contacts_queued_at ON contacts (queued_at);
CREATE INDEX case_moves_at ON case_moves USING brin (at);
CREATE INDEX case_escalations_at ON case_escalations (at);

-- +goose Down
DROP INDEX case_escalations_at;
DROP INDEX case_moves_at;
DROP INDEX contacts_queued_at;
DROP TABLE report_marks;
DROP TABLE report_hours;

-- +goose Up

-- A client may be an agency's system: it reports on the cases of that agency, and of no other.
ALTER TABLE clients ADD COLUMN agency text REFERENCES agencies;

UPDATE cases c SET agency = v.agency FROM services s JOIN service_versions v ON v.service = s.code AND v.version = s.version
WHERE c.service = s.code AND c.agency IS NULL;

-- What agencies report of cases: each event is kept with what came of it, and why.
CREATE TABLE exchange_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency      text NOT NULL REFERENCES agencies,
    key         text NOT NULL,             -- the agency's, by which it repeats the event
    digest      bytea NOT NULL,            -- of what it says
    case_number text NOT NULL,
    case_id     bigint,                    -- NULL: the agency has no such case
    sequence    bigint NOT NULL,           -- the agency's own
    state       text NOT NULL,
    due_on      date,
    happened_at timestamptz NOT NULL,      -- by the agency's clock
    sealed      bytea,                     -- the reason, under the case's key
    received_at timestamptz NOT NULL DEFAULT now(),
    outcome     text NOT NULL CHECK (outcome IN ('applied', 'duplicate', 'superseded', 'contradictory', 'impossible', 'unknown_case')),
    explanation text NOT NULL,
    UNIQUE (agency, key)
);
CREATE UNIQUE INDEX exchange_events_case ON exchange_events (case_id, sequence) WHERE outcome IN ('applied', 'superseded', 'impossible');
CREATE INDEX exchange_events_received ON exchange_events (received_at);

-- How each case stands by its agency's events: see exchange.Book.
CREATE TABLE exchange_books (
    case_id bigint PRIMARY KEY,
    base    text NOT NULL,
    floor   bigint NOT NULL,
    last    text NOT NULL
);

-- +goose Down
DROP TABLE exchange_books;
DROP TABLE exchange_events;
ALTER TABLE clients DROP COLUMN agency;

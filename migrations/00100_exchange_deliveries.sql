-- +goose Up

-- Where an agency takes what Okno tells it: a signed webhook.
CREATE TABLE exchange_endpoints (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     text NOT NULL UNIQUE REFERENCES agencies,
    url        text NOT NULL,
    sealed     bytea NOT NULL,             -- its signing secrets, the newest first: two while one takes the other's place
    paused     boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- What is told to an agency: at least once, in order for each case.
CREATE TABLE exchange_deliveries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency       text NOT NULL REFERENCES agencies,
    case_id      bigint NOT NULL,
    event        text NOT NULL,            -- "case.opened", "case.moved"
    sealed       bytea NOT NULL,           -- the body, under the case's key
    created_at   timestamptz NOT NULL DEFAULT now(),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts     int NOT NULL DEFAULT 0,
    last_at      timestamptz,
    last_problem text,                     -- of the last attempt; NULL: it succeeded
    took         interval,                 -- until the answer of the last attempt
    signature    text,                     -- of what was delivered, and when it was signed: the proof
    signed_at    timestamptz
);
CREATE INDEX exchange_deliveries_waiting ON exchange_deliveries (case_id, id) WHERE state = 'waiting';
CREATE INDEX exchange_deliveries_dead ON exchange_deliveries (agency, id) WHERE state = 'dead';
CREATE INDEX exchange_deliveries_created ON exchange_deliveries (created_at);

-- +goose Down
DROP TABLE exchange_deliveries;
DROP TABLE exchange_endpoints;

-- +goose Up

-- Where a client of the API takes events: a signed webhook, which an operator has set.
CREATE TABLE webhook_endpoints (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client     text NOT NULL UNIQUE REFERENCES clients,
    url        text NOT NULL,
    sealed     bytea NOT NULL,             -- its signing secrets, the newest first
    paused     boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- What is told to a client: at least once, in order for each case and list. It names no person.
CREATE TABLE webhook_deliveries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client       text NOT NULL REFERENCES clients,
    about        text NOT NULL,            -- "case:…", "list:…"
    event        text NOT NULL,            -- "case.moved", "list.finished"
    message      bytea NOT NULL,           -- the body, octet for octet as it is signed
    created_at   timestamptz NOT NULL DEFAULT now(),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts     int NOT NULL DEFAULT 0,
    last_at      timestamptz,
    last_problem text,
    took         interval,
    signature    text,
    signed_at    timestamptz
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (client, about, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_client ON webhook_deliveries (client, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;

-- +goose Up

-- A case that a client opened by the API is seen by that client. Its key makes the request repeatable: once there, it opens no second case.
ALTER TABLE cases ADD COLUMN client text REFERENCES clients;
CREATE TABLE client_requests (
    client  text NOT NULL REFERENCES clients,
    key     text NOT NULL,
    digest  bytea NOT NULL,                -- of the request: a key is never used with another
    case_id bigint NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client, key)
);
CREATE INDEX client_requests_at ON client_requests (at);

-- +goose Down
DROP TABLE client_requests;
ALTER TABLE cases DROP COLUMN client;

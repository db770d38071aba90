-- +goose Up

-- A portal that may call the API. Its key is kept as a hash.
CREATE TABLE clients (
    name       text PRIMARY KEY,
    key_hash   bytea NOT NULL UNIQUE,    -- SHA-256 of a 256-bit random key
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A one-time password sent for a purpose to a number.
CREATE TABLE challenges (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  text NOT NULL UNIQUE,     -- what the portal holds
    client     text NOT NULL REFERENCES clients,
    purpose    text NOT NULL,
    number     text NOT NULL,
    citizen_id bigint NOT NULL REFERENCES citizens,
    mac        bytea NOT NULL,           -- HMAC-SHA256 of the code
    sealed     bytea,                    -- the code, encrypted, while it may be read out; erased at the end
    state      text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'verified', 'expired', 'exhausted', 'superseded')),
    failures   int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE UNIQUE INDEX challenges_live ON challenges (client, number, purpose) WHERE state = 'sent';
CREATE INDEX challenges_number ON challenges (number, created_at DESC);

-- What was done to personal data, and by whom.
CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text NOT NULL,               -- "agent:7", "client:portal", "citizen", "cli"
    action  text NOT NULL,               -- "case.move"
    subject text NOT NULL,               -- "case:123456786"
    detail  jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_subject ON audit (subject, id);

-- +goose Down
DROP TABLE audit;
DROP TABLE challenges;
DROP TABLE clients;

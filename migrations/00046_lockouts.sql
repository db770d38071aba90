-- +goose Up

-- Failed attempts of whoever wants in, by the way in (a one-time password, a PIN, a login) and by whom or what the attempts are
-- against ("number:+77011234567", "citizen:7"). Only time and success lower the count (NIST SP 800-63B-4 §3.2.2): internal/lockout.
CREATE TABLE lockouts (
    way           text NOT NULL,
    subject       text NOT NULL,
    failures      int NOT NULL DEFAULT 0,          -- as of since
    since         timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz,
    PRIMARY KEY (way, subject)
);
CREATE INDEX lockouts_since ON lockouts (since);
INSERT INTO lockouts (way, subject, failures, since)
SELECT 'otp', 'number:' || number, least(sum(failures), 9), max(last_at) FROM passcode_failures GROUP BY number;
DROP TABLE passcode_failures;

-- Refused attempts that follow each other: the journal has one row for all of them.
CREATE TABLE episodes (
    kind     text NOT NULL,                        -- "client.refuse"
    subject  text NOT NULL,                        -- "client:portal", "address:192.0.2.7"
    began_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    times    bigint NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX episodes_last ON episodes (last_at);

-- +goose Down
DROP TABLE episodes;
CREATE TABLE passcode_failures (
    number   text NOT NULL,
    purpose  text NOT NULL,
    failures int NOT NULL,
    last_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, purpose)
);
CREATE INDEX passcode_failures_last ON passcode_failures (last_at);
DROP TABLE lockouts;

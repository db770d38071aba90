-- +goose Up

-- An agent's TOTP (RFC 6238). The secret is sealed with a key that is not in the database, and bound to the agent.
CREATE TABLE second_factors (
    agent_id     bigint PRIMARY KEY REFERENCES agents,
    sealed       bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,                -- until a code was given, it is asked for nowhere
    last_step    bigint NOT NULL DEFAULT 0   -- the newest step whose code was taken: none is taken twice
);

CREATE TABLE recovery_codes (
    agent_id  bigint NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    secret_hash bytea NOT NULL,                -- keyed, as the sealing is
    used_at   timestamptz,
    PRIMARY KEY (agent_id, secret_hash)
);

-- When the second factor was given in this login; NULL: it was not.
ALTER TABLE logins ADD factor_at timestamptz;

-- +goose Down
ALTER TABLE logins DROP factor_at;
DROP TABLE recovery_codes;
DROP TABLE second_factors;

-- +goose Up

-- A link by which an agent sets a password, once and within a day.
CREATE TABLE invitations (
    token_hash bytea PRIMARY KEY,         -- SHA-256 of what the link holds
    agent_id   bigint NOT NULL REFERENCES agents,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz                -- or when a newer one took its place
);
CREATE INDEX invitations_agent ON invitations (agent_id) WHERE used_at IS NULL;
CREATE INDEX invitations_expiry ON invitations (expires_at);

-- +goose Down
DROP TABLE invitations;

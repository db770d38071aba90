-- +goose Up

-- Agents who log in at an OpenID provider. Issuer and subject name a person for good; an address of mail may change hands, and is not kept.
CREATE TABLE sso_accounts (
    issuer     text NOT NULL,
    subject    text NOT NULL,
    agent_id   bigint NOT NULL UNIQUE REFERENCES agents,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);

-- States, logout tokens and challenges that were taken: each counts once, on whichever node. Only what somebody has signed for comes here, so
-- that a stranger adds no row.
CREATE TABLE taken_once (
    hash       bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX taken_once_expires ON taken_once (expires_at);

-- The provider's session in which a login began, by which the provider ends it.
ALTER TABLE logins ADD sso_session text;
CREATE INDEX logins_sso_session ON logins (sso_session) WHERE sso_session IS NOT NULL AND ended_at IS NULL;

-- +goose Down
DROP INDEX logins_sso_session;
ALTER TABLE logins DROP sso_session;
DROP TABLE taken_once;
DROP TABLE sso_accounts;

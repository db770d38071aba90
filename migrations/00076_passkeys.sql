-- +goose Up

-- Agents' security keys and passkeys (WebAuthn Level 3). They hold public keys only.
CREATE TABLE passkeys (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id      bigint NOT NULL REFERENCES agents,
    credential_id bytea NOT NULL UNIQUE,
    site          text NOT NULL,               -- the relying party's id: the host for which the key was made
    name          text NOT NULL,               -- by which its owner knows it
    record        jsonb NOT NULL,              -- the credential record of the library: public key, flags, transports
    uses          bigint NOT NULL DEFAULT 0,   -- the authenticator's own count; 0 for good: it does not count
    created_at    timestamptz NOT NULL DEFAULT now(),
    used_at       timestamptz
);
CREATE INDEX passkeys_agent ON passkeys (agent_id);

-- Recovery codes stand beside any second factor, not only beside TOTP.
ALTER TABLE recovery_codes DROP CONSTRAINT recovery_codes_agent_id_fkey, ADD FOREIGN KEY (agent_id) REFERENCES agents;

-- +goose Down
DELETE FROM recovery_codes WHERE agent_id NOT IN (SELECT agent_id FROM second_factors);
ALTER TABLE recovery_codes DROP CONSTRAINT recovery_codes_agent_id_fkey,
    ADD FOREIGN KEY (agent_id) REFERENCES second_factors ON DELETE CASCADE;
DROP TABLE passkeys;

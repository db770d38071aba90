-- +goose Up

-- What a client may do, and how it proves itself. A client without addresses may call from anywhere, one without certificates
-- proves itself by its key alone.
ALTER TABLE clients
    ADD title        text NOT NULL DEFAULT '',    -- as citizens know the portal
    ADD scopes       text[] NOT NULL DEFAULT '{}',
    ADD addresses    text[] NOT NULL DEFAULT '{}', -- CIDR
    ADD certificates text[] NOT NULL DEFAULT '{}', -- SHA-256 of client certificates, in hexadecimal
    ADD budget       int NOT NULL DEFAULT 10000,  -- passwords a day
    ADD suspended_at timestamptz;
UPDATE clients SET title = name, scopes = '{otp,catalogue}';

-- A client's keys: two of them live while one replaces the other.
CREATE TABLE client_keys (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client       text NOT NULL REFERENCES clients,
    hash         bytea NOT NULL UNIQUE,            -- SHA-256 of a 256-bit random key
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz                       -- to the minute
);
CREATE INDEX client_keys_client ON client_keys (client, id);
INSERT INTO client_keys (client, hash, created_at, expires_at) SELECT name, key_hash, created_at, now() + interval '1 year' FROM clients;
ALTER TABLE clients DROP COLUMN key_hash;

-- Okno's own: it has no key, and no API is called with it.
INSERT INTO clients (name, title, budget) VALUES ('okno', '1414', 1000000);

-- +goose Down
ALTER TABLE clients ADD key_hash bytea;
DELETE FROM challenges WHERE client NOT IN (SELECT client FROM client_keys);
UPDATE clients c SET key_hash = (SELECT hash FROM client_keys k WHERE k.client = c.name ORDER BY id DESC LIMIT 1);
DELETE FROM clients WHERE key_hash IS NULL;
DROP TABLE client_keys;
ALTER TABLE clients ALTER key_hash SET NOT NULL, ADD UNIQUE (key_hash),
    DROP COLUMN title, DROP COLUMN scopes, DROP COLUMN addresses, DROP COLUMN certificates, DROP COLUMN budget, DROP COLUMN suspended_at;

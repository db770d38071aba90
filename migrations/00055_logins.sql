-- +goose Up

-- An agent's epoch rises with everything that ends all logins: a new password, role or lock. A login counts in its own epoch only, so that
-- one which is added while the epoch rises is ended as well.
ALTER TABLE agents ADD epoch bigint NOT NULL DEFAULT 1, ADD locked_at timestamptz;

ALTER TABLE logins
    ADD public_id uuid NOT NULL DEFAULT gen_random_uuid(),  -- what owners and administrators name it by
    ADD epoch     bigint NOT NULL DEFAULT 1,
    ADD seen_at   timestamptz NOT NULL DEFAULT now(),        -- the last sign of life, noted once a minute at most
    ADD address   text NOT NULL DEFAULT '',
    ADD browser   text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX logins_public_id ON logins (public_id);
CREATE INDEX logins_seen ON logins (seen_at) WHERE ended_at IS NULL;

-- +goose Down
DROP INDEX logins_seen, logins_public_id;
ALTER TABLE logins DROP public_id, DROP epoch, DROP seen_at, DROP address, DROP browser;
ALTER TABLE agents DROP epoch, DROP locked_at;

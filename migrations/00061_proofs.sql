-- +goose Up

-- What a citizen can prove by who speaks: a telephone PIN, and an authenticator.
CREATE TABLE citizen_factors (
    citizen_id  bigint PRIMARY KEY REFERENCES citizens ON DELETE CASCADE,
    pin_hash    text,                    -- Argon2id
    pin_set_at  timestamptz,
    totp_sealed bytea,                   -- the secret, under the citizen's data key
    totp_at     timestamptz,             -- when a first code has confirmed it; NULL: it is being set up
    totp_step   bigint NOT NULL DEFAULT 0 -- the step of the last code that was taken: a code is taken once
);

-- When and by which way the verification of an interaction rose.
ALTER TABLE interactions
    ADD COLUMN verified_at timestamptz,
    ADD COLUMN verified_by text CHECK (verified_by IN ('pin', 'otp', 'totp', 'operator'));

-- What was verified serves one purpose once: the binding of its number.
ALTER TABLE challenges ADD COLUMN used_at timestamptz;

-- +goose Down
ALTER TABLE challenges DROP COLUMN used_at;
ALTER TABLE interactions DROP COLUMN verified_by, DROP COLUMN verified_at;
DROP TABLE citizen_factors;

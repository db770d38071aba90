-- +goose Up

-- A person, known by a national number.
CREATE TABLE citizens (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    national_number text NOT NULL UNIQUE CHECK (national_number ~ '^[0-9]{12}$'),
    name            text NOT NULL,
    language        text CHECK (language IN ('kk', 'ru', 'en')),
    created_at      timestamptz NOT NULL DEFAULT now()
);

-- A mobile number (E.164) verified to be a citizen's. A number is bound to one citizen at a time.
CREATE TABLE bindings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id  bigint NOT NULL REFERENCES citizens,
    number      text NOT NULL CHECK (number ~ '^\+[0-9]{3,15}$'),
    verified_at timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz
);
CREATE UNIQUE INDEX bindings_live ON bindings (number) WHERE ended_at IS NULL;
CREATE INDEX bindings_citizen ON bindings (citizen_id);

-- What a number has chosen, bound or not: its language, and whether it wants notices.
CREATE TABLE subscribers (
    number            text PRIMARY KEY,
    language          text CHECK (language IN ('kk', 'ru', 'en')),
    notices_stopped_at timestamptz
);

-- +goose Down
DROP TABLE subscribers;
DROP TABLE bindings;
DROP TABLE citizens;

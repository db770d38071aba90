-- +goose Up

-- Offices to which citizens come, in all their versions, as services and calendars are.
CREATE TABLE offices (
    code    text PRIMARY KEY,
    version int NOT NULL
);
CREATE TABLE office_versions (
    code       text NOT NULL,
    version    int NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    by         text NOT NULL,
    why        text NOT NULL DEFAULT '',
    definition jsonb NOT NULL,
    PRIMARY KEY (code, version)
);
CREATE TABLE office_counters (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office text NOT NULL REFERENCES offices,
    name   text NOT NULL,
    UNIQUE (office, name)
);

-- Places at a counter: nobody has one that somebody else has at the same time, whatever slots the counter had when it was booked.
CREATE TABLE appointments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    bigint REFERENCES cases,     -- NULL only within the transaction that takes the place
    office     text NOT NULL REFERENCES offices,
    counter_id bigint NOT NULL REFERENCES office_counters,
    place      int NOT NULL CHECK (place BETWEEN 1 AND 100),
    service    text NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > starts_at),
    state      text NOT NULL CHECK (state IN ('held', 'booked', 'kept', 'missed', 'past', 'cancelled', 'moved', 'lapsed')),
    until      timestamptz CHECK ((until IS NOT NULL) = (state = 'held')),
    taken_at   timestamptz NOT NULL DEFAULT now(),
    -- Ranges stand in for equality: this needs no extension of Postgres.
    CONSTRAINT appointments_place_taken EXCLUDE USING gist
        (int8range(counter_id * 1000 + place, counter_id * 1000 + place, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (state IN ('held', 'booked'))
);
CREATE INDEX appointments_case ON appointments (case_id);
CREATE INDEX appointments_day ON appointments (office, starts_at);
CREATE INDEX appointments_taken ON appointments (office, starts_at) WHERE state IN ('held', 'booked');
CREATE INDEX appointments_open ON appointments (ends_at) WHERE state IN ('held', 'booked');

-- Who waits for a place, in the order of asking.
CREATE TABLE appointment_waits (
    case_id bigint PRIMARY KEY REFERENCES cases,
    office  text NOT NULL REFERENCES offices,
    service text NOT NULL,
    since   timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz                     -- booked, or given up
);
CREATE INDEX appointment_waits_open ON appointment_waits (office, service, since, case_id) WHERE ended_at IS NULL;

-- +goose Down
DROP TABLE appointment_waits;
DROP TABLE appointments;
DROP TABLE office_counters;
DROP TABLE office_versions;
DROP TABLE offices;

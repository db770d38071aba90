-- +goose Up

CREATE SEQUENCE case_serials;

CREATE TABLE cases (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number     text NOT NULL UNIQUE CHECK (number ~ '^[0-9]{9}$'),
    kind       text NOT NULL CHECK (kind IN ('application', 'appeal', 'inquiry', 'callback', 'appointment')),
    state      text NOT NULL CHECK (state IN ('registered', 'accepted', 'in_progress', 'awaiting_citizen', 'ready', 'closed', 'rejected', 'withdrawn')),
    service    text REFERENCES services,
    agency     text REFERENCES agencies,
    citizen_id bigint REFERENCES citizens,
    contact    text NOT NULL DEFAULT '',  -- E.164 number on which the case was opened
    subject    text NOT NULL,
    due_on     date,
    opened_at  timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cases_citizen ON cases (citizen_id, opened_at DESC);
CREATE INDEX cases_contact ON cases (contact, opened_at DESC);

-- Every move: who, when, why, and what the citizen was told.
CREATE TABLE case_moves (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    bigint NOT NULL REFERENCES cases,
    from_state text,
    to_state   text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    by         text NOT NULL,            -- "agent:7", "agency:minjust", "citizen", "okno"
    why        text NOT NULL,
    told       text NOT NULL DEFAULT ''
);
CREATE INDEX case_moves_case ON case_moves (case_id, id);

-- +goose Down
DROP TABLE case_moves;
DROP TABLE cases;
DROP SEQUENCE case_serials;

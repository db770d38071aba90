-- +goose Up

-- An agency may answer questions: while a citizen waits it is asked where a case stands, or what is to be paid.
ALTER TABLE exchange_endpoints ADD COLUMN answers boolean NOT NULL DEFAULT false;

CREATE TABLE exchange_questions (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('case.asked', 'fees.asked')),
    agency         text NOT NULL REFERENCES agencies,
    interaction_id bigint NOT NULL,
    effect         text NOT NULL,             -- of the dialogue that waits for the answers
    case_id        bigint,                    -- the question is about a case,
    citizen_id     bigint,                    -- or about a citizen
    asked_at       timestamptz NOT NULL DEFAULT now(),
    until          timestamptz NOT NULL,      -- the citizen waits no longer
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'failed')),
    claimed_until  timestamptz,
    answered_at    timestamptz,
    problem        text,
    sealed         bytea,                     -- the answer, under the interaction's key
    UNIQUE (interaction_id, effect, agency)
);
CREATE INDEX exchange_questions_open ON exchange_questions (id) WHERE state = 'open';
CREATE INDEX exchange_questions_asked ON exchange_questions (asked_at);

-- What a citizen was told is to be paid, and got a link for: it is followed until it is paid.
CREATE TABLE fees (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    interaction_id bigint NOT NULL,
    agency         text NOT NULL REFERENCES agencies,
    sealed         bytea,                     -- what for, how much, until when and where, under the interaction's key
    state          text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'paid', 'unknown')),
    told_at        timestamptz NOT NULL DEFAULT now(),
    paid_at        timestamptz
);
CREATE INDEX fees_interaction ON fees (interaction_id);
CREATE INDEX fees_told ON fees (told_at);

-- +goose Down
DROP TABLE fees;
DROP TABLE exchange_questions;
ALTER TABLE exchange_endpoints DROP COLUMN answers;

-- +goose Up

-- A version of a dialogue that some session began with.
CREATE TABLE dialogues (
    version    text PRIMARY KEY,         -- hash of its content
    name       text NOT NULL,
    source     jsonb NOT NULL,           -- file name to content
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One contact of a citizen on one channel.
CREATE TABLE interactions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel      text NOT NULL CHECK (channel IN ('voice', 'sms')),
    number       text NOT NULL,          -- E.164; "" when withheld
    citizen_id   bigint REFERENCES citizens,
    verification text NOT NULL DEFAULT 'none' CHECK (verification IN ('none', 'number', 'secret', 'agent')),
    language     text NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    active_at    timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    outcome      text NOT NULL DEFAULT ''  -- self_service, operator, abandoned, stopped
);
CREATE INDEX interactions_number ON interactions (number, id DESC);
CREATE INDEX interactions_citizen ON interactions (citizen_id, id DESC) WHERE citizen_id IS NOT NULL;
-- One open SMS conversation a number.
CREATE UNIQUE INDEX interactions_open_sms ON interactions (number) WHERE channel = 'sms' AND ended_at IS NULL;

-- The tables that every message writes have no foreign keys: each check locks the row that is referred to, all citizens' the
-- same few, and together they were a third of what a message cost. Who writes them does so in the transaction that made the
-- row referred to or found it, and nothing ever deletes one; the test of kills looks for orphans.

CREATE TABLE interaction_cases (
    interaction_id bigint NOT NULL,      -- interactions
    case_id        bigint NOT NULL,      -- cases
    PRIMARY KEY (interaction_id, case_id)
);

-- The transcript: what was said, written, keyed, done and noted.
CREATE TABLE entries (
    id             bigint GENERATED ALWAYS AS IDENTITY,
    interaction_id bigint NOT NULL,      -- interactions
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    speaker        text NOT NULL,        -- "citizen", "okno", "agent:7"
    kind           text NOT NULL CHECK (kind IN ('said', 'wrote', 'keyed', 'did', 'note', 'disposition')),
    body           text NOT NULL,
    PRIMARY KEY (interaction_id, id)
);

-- One citizen's run through a dialogue.
CREATE TABLE sessions (
    interaction_id bigint PRIMARY KEY,   -- interactions
    version        text NOT NULL,        -- dialogues
    state          jsonb NOT NULL,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- A live call, as Asterisk holds it. Ids are made by Okno and written before Asterisk hears of them.
CREATE TABLE calls (
    interaction_id   bigint PRIMARY KEY REFERENCES interactions,
    asterisk         text NOT NULL,
    channel_id       text NOT NULL UNIQUE,
    state            text NOT NULL CHECK (state IN ('ringing', 'in_dialogue', 'waiting', 'connected', 'ended')),
    bridge_id        text,
    agent_channel_id text UNIQUE,
    agent_endpoint   text,
    started_at       timestamptz NOT NULL DEFAULT now(),
    ended_at         timestamptz
);
CREATE INDEX calls_live ON calls (asterisk) WHERE ended_at IS NULL;

-- What has one owner at a time: "voice:ast1".
CREATE TABLE leases (
    name       text PRIMARY KEY,
    holder     text NOT NULL,
    fence      bigint NOT NULL DEFAULT 1,
    expires_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE leases;
DROP TABLE calls;
DROP TABLE sessions;
DROP TABLE entries;
DROP TABLE interaction_cases;
DROP TABLE interactions;
DROP TABLE dialogues;

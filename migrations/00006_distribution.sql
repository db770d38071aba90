-- +goose Up

CREATE TABLE agents (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login         text NOT NULL UNIQUE,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator')),
    password_hash text NOT NULL,
    languages     text[] NOT NULL,
    endpoint      text NOT NULL DEFAULT '',  -- a SIP phone's endpoint; "" for the page's own
    capacity      int NOT NULL DEFAULT 100,  -- points; a call costs 100, an SMS conversation 20
    -- What the agent chose; only a person or RONA changes it.
    status        text NOT NULL DEFAULT 'offline' CHECK (status IN ('available', 'paused', 'offline')),
    status_reason text NOT NULL DEFAULT '',
    status_by     text NOT NULL DEFAULT '',
    status_at     timestamptz NOT NULL DEFAULT now(),
    next_status   text CHECK (next_status IN ('available', 'paused', 'offline')),
    -- The lease: whether the page is connected.
    connected_until timestamptz NOT NULL DEFAULT '-infinity',
    connected_node  text NOT NULL DEFAULT '',
    idle_since    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE logins (
    token_hash bytea PRIMARY KEY,        -- SHA-256 of the cookie
    agent_id   bigint NOT NULL REFERENCES agents,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);

CREATE TABLE queues (
    name  text PRIMARY KEY,
    title jsonb NOT NULL                 -- by language
);

CREATE TABLE agent_queues (
    agent_id bigint NOT NULL REFERENCES agents,
    queue    text NOT NULL REFERENCES queues,
    PRIMARY KEY (agent_id, queue)
);

-- An interaction in the hands of the ACD.
CREATE TABLE contacts (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    interaction_id bigint NOT NULL REFERENCES interactions,
    queue          text NOT NULL REFERENCES queues,
    channel        text NOT NULL,
    language       text NOT NULL,
    reason         text NOT NULL,        -- the key of a text: why the citizen wants an operator
    context        jsonb NOT NULL DEFAULT '{}',  -- what the dialogue knows: case, service
    effect         text NOT NULL,        -- the dialogue's effect that its end answers
    priority       int NOT NULL DEFAULT 0,
    state          text NOT NULL DEFAULT 'waiting'
                   CHECK (state IN ('waiting', 'offered', 'accepted', 'connected', 'wrap_up', 'ended')),
    agent_id       bigint REFERENCES agents,
    queued_at      timestamptz NOT NULL DEFAULT now(),
    accepted_at    timestamptz,
    connected_at   timestamptz,
    released_at    timestamptz,          -- talk is over, wrap-up begins
    wrap_up_until  timestamptz,
    ended_at       timestamptz,
    outcome        text NOT NULL DEFAULT '',  -- handled, abandoned, nobody
    disposition    text NOT NULL DEFAULT '',
    UNIQUE (interaction_id, effect)
);
CREATE INDEX contacts_waiting ON contacts (queue, priority DESC, queued_at, id) WHERE state = 'waiting';
CREATE INDEX contacts_agent ON contacts (agent_id) WHERE state IN ('offered', 'accepted', 'connected', 'wrap_up');

-- A contact proposed to one agent; one live offer a contact.
CREATE TABLE offers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id bigint NOT NULL REFERENCES contacts,
    agent_id   bigint NOT NULL REFERENCES agents,
    state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'declined', 'expired', 'withdrawn')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE UNIQUE INDEX offers_live ON offers (contact_id) WHERE state = 'pending';
CREATE INDEX offers_pending ON offers (expires_at) WHERE state = 'pending';

-- What desks follow: "agent:7", "queue:general", "contact:31". The number is assigned in the transaction of the change,
-- under the stream's row lock, so that a later number never commits before an earlier one.
CREATE TABLE streams (
    name text PRIMARY KEY,
    seq  bigint NOT NULL
);
CREATE TABLE stream_events (
    stream  text NOT NULL,
    seq     bigint NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    kind    text NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (stream, seq)
);

-- A desk's commands, each done once.
CREATE TABLE commands (
    id       text PRIMARY KEY,           -- ULID, the page's
    agent_id bigint NOT NULL REFERENCES agents,
    at       timestamptz NOT NULL DEFAULT now(),
    result   jsonb NOT NULL
);

-- +goose Down
DROP TABLE commands;
DROP TABLE stream_events;
DROP TABLE streams;
DROP TABLE offers;
DROP TABLE contacts;
DROP TABLE agent_queues;
DROP TABLE queues;
DROP TABLE logins;
DROP TABLE agents;

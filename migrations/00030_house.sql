-- +goose Up

-- Channels are data to the distribution.
CREATE TABLE channels (
    name    text PRIMARY KEY,
    cost    int NOT NULL CHECK (cost BETWEEN 0 AND 100),  -- points of an agent's capacity that a contact takes
    by_call boolean NOT NULL             -- an agent who accepts is connected by a telephone call
);
INSERT INTO channels VALUES ('voice', 100, true), ('sms', 20, false), ('ussd', 20, false);

-- The rules of a queue; NULL for the house's.
ALTER TABLE queues
    ADD ring_seconds    int CHECK (ring_seconds BETWEEN 5 AND 120),
    ADD wrap_up_seconds int CHECK (wrap_up_seconds BETWEEN 0 AND 3600),
    ADD give_up_seconds int CHECK (give_up_seconds BETWEEN 0 AND 3600);

ALTER TABLE agents ADD version bigint NOT NULL DEFAULT 1;  -- rises with every change that the distribution goes by
CREATE INDEX agents_available ON agents (connected_until) WHERE status = 'available';
CREATE INDEX agents_on_duty ON agents (id) WHERE status <> 'offline';
CREATE INDEX agents_off_duty ON agents (status_at) WHERE status = 'offline';
CREATE INDEX agent_queues_queue ON agent_queues (queue, agent_id);
CREATE INDEX logins_agent ON logins (agent_id) WHERE ended_at IS NULL;

ALTER TABLE contacts
    DROP CONSTRAINT contacts_state_check,
    ADD CONSTRAINT contacts_state_check
        CHECK (state IN ('waiting', 'offered', 'accepted', 'ringing', 'connected', 'wrap_up', 'ended')),
    ADD version bigint NOT NULL DEFAULT 1,     -- rises with every move
    ADD FOREIGN KEY (channel) REFERENCES channels;
DROP INDEX contacts_waiting, contacts_agent;
CREATE INDEX contacts_waiting ON contacts (priority DESC, queued_at, id) WHERE state = 'waiting';
CREATE INDEX contacts_queued ON contacts (queue, queued_at) WHERE state IN ('waiting', 'offered');
CREATE INDEX contacts_agent ON contacts (agent_id) WHERE state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up');
CREATE INDEX contacts_wrap_up ON contacts (wrap_up_until) WHERE state = 'wrap_up';
CREATE INDEX contacts_interaction ON contacts (interaction_id, id);

-- Who declined what lately, by contact.
CREATE INDEX offers_contact ON offers (contact_id, id);
CREATE INDEX offers_declined ON offers (contact_id, ended_at) WHERE state = 'declined';

-- A call: a room in an Asterisk, and legs. With whom the citizen talks is in contacts. Calls that were live under the old form are
-- ended: the next sweep hangs their channels up.
DROP INDEX calls_live;
ALTER TABLE calls
    DROP CONSTRAINT calls_state_check,
    ADD room text;
CREATE TABLE legs (
    id       text PRIMARY KEY,           -- the channel's in Asterisk; an outbound leg has its order's id
    call_id  bigint NOT NULL,            -- calls
    role     text NOT NULL CHECK (role IN ('citizen', 'agent', 'consulted', 'outside', 'supervisor')),
    outbound boolean NOT NULL,
    endpoint text NOT NULL DEFAULT '',
    agent_id bigint,
    state    text NOT NULL CHECK (state IN ('ringing', 'up', 'ended')),
    since    timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX legs_call ON legs (call_id);
UPDATE calls SET state = 'ended', ended_at = coalesce(ended_at, now());
INSERT INTO legs (id, call_id, role, outbound, state, since, ended_at)
    SELECT channel_id, interaction_id, 'citizen', false, 'ended', started_at, coalesce(ended_at, now()) FROM calls;
ALTER TABLE calls
    DROP COLUMN channel_id, DROP COLUMN bridge_id, DROP COLUMN agent_channel_id, DROP COLUMN agent_endpoint,
    ADD CONSTRAINT calls_state_check CHECK (state IN ('ringing', 'live', 'ended'));
CREATE INDEX calls_live ON calls (asterisk) WHERE ended_at IS NULL;

-- What another process asks of a call: written with the decision, carried out by the owner of the call's Asterisk, answered once.
CREATE TABLE call_orders (
    id         text PRIMARY KEY,
    call_id    bigint NOT NULL,          -- calls
    kind       text NOT NULL CHECK (kind IN ('connect', 'release', 'say')),
    args       jsonb NOT NULL DEFAULT '{}',
    by         text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    state      text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'taken', 'done', 'failed', 'expired', 'cancelled')),
    fence      bigint,                   -- of the owner who took it
    answer     text NOT NULL DEFAULT '',
    ended_at   timestamptz
);
CREATE INDEX call_orders_call ON call_orders (call_id);
CREATE INDEX call_orders_new ON call_orders (expires_at) WHERE state = 'new';
CREATE INDEX call_orders_taken ON call_orders (expires_at) WHERE state = 'taken';

-- A SIP account of a browser, for as long as a login. The owner of the Asterisk makes Asterisk agree.
CREATE TABLE sip_accounts (
    name       text PRIMARY KEY,
    asterisk   text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('agent', 'citizen')),
    number     text NOT NULL DEFAULT '',
    secret     text NOT NULL,
    agent_id   bigint REFERENCES agents,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sip_accounts_asterisk ON sip_accounts (asterisk, name);
CREATE INDEX sip_accounts_expiry ON sip_accounts (expires_at);
CREATE INDEX sip_accounts_agent ON sip_accounts (agent_id);
-- The Asterisks that voice nodes have served, so that any node can tell a browser where to register.
CREATE TABLE asterisks (
    name    text PRIMARY KEY,
    sip_url text NOT NULL
);

-- A command's id is its agent's own.
ALTER TABLE commands DROP CONSTRAINT commands_pkey, ADD PRIMARY KEY (agent_id, id);

-- A restarted process is another instance of its node; a lease given up keeps its fence.
ALTER TABLE leases ADD instance text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE leases DROP COLUMN instance;
ALTER TABLE commands DROP CONSTRAINT commands_pkey, ADD PRIMARY KEY (id);
DROP TABLE asterisks;
DROP TABLE sip_accounts;
DROP TABLE call_orders;
UPDATE calls SET state = 'ended', ended_at = coalesce(ended_at, now());
ALTER TABLE calls
    DROP CONSTRAINT calls_state_check,
    DROP COLUMN room,
    ADD channel_id text, ADD bridge_id text, ADD agent_channel_id text UNIQUE, ADD agent_endpoint text,
    ADD CONSTRAINT calls_state_check CHECK (state IN ('ringing', 'in_dialogue', 'waiting', 'connected', 'ended'));
UPDATE calls SET channel_id = coalesce((SELECT id FROM legs WHERE call_id = interaction_id AND role = 'citizen' LIMIT 1), interaction_id::text);
ALTER TABLE calls ALTER channel_id SET NOT NULL, ADD UNIQUE (channel_id);
DROP TABLE legs;
DROP INDEX offers_declined, offers_contact;
DROP INDEX contacts_interaction, contacts_wrap_up, contacts_agent, contacts_queued, contacts_waiting;
UPDATE contacts SET state = 'accepted' WHERE state = 'ringing';
ALTER TABLE contacts DROP CONSTRAINT contacts_channel_fkey, DROP COLUMN version,
    DROP CONSTRAINT contacts_state_check,
    ADD CONSTRAINT contacts_state_check CHECK (state IN ('waiting', 'offered', 'accepted', 'connected', 'wrap_up', 'ended'));
CREATE INDEX contacts_waiting ON contacts (queue, priority DESC, queued_at, id) WHERE state = 'waiting';
CREATE INDEX contacts_agent ON contacts (agent_id) WHERE state IN ('offered', 'accepted', 'connected', 'wrap_up');
DROP INDEX logins_agent, agent_queues_queue, agents_off_duty, agents_on_duty, agents_available;
ALTER TABLE agents DROP COLUMN version;
ALTER TABLE queues DROP COLUMN ring_seconds, DROP COLUMN wrap_up_seconds, DROP COLUMN give_up_seconds;
DROP TABLE channels;

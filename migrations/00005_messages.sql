-- +goose Up

-- A session with an operator's SMSC. Once it has ended, what came since confirmed_until may be sent again, because its answer
-- may not have got through: that is a redelivery. An equal message at any other time is the citizen's second.
CREATE TABLE sms_binds (
    id       text PRIMARY KEY,
    slot     text NOT NULL,              -- "operator-a/0@node-1": the next bind there ends this one
    link     text NOT NULL,
    began_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    ended_at timestamptz,
    confirmed_until timestamptz NOT NULL -- what came before has its answer for certain; infinity: all that came
);
CREATE INDEX sms_binds_live ON sms_binds (slot) WHERE ended_at IS NULL;

-- An SMS from a citizen. Its row is committed before the operator's SMSC gets its acknowledgement.
CREATE TABLE mo_messages (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link           text NOT NULL,
    bind           text NOT NULL,        -- that it came over last
    source         text NOT NULL,        -- E.164
    destination    text NOT NULL,
    text           text NOT NULL,
    parts          int NOT NULL DEFAULT 1,
    incomplete     boolean NOT NULL DEFAULT false,
    fingerprint    bytea NOT NULL,       -- of what a redelivery repeats
    received_at    timestamptz NOT NULL DEFAULT now(), -- when it came last
    processed_at   timestamptz,
    attempts       int NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL DEFAULT now(),
    failure        text,                 -- why it could not be processed
    interaction_id bigint                -- interactions
);
CREATE INDEX mo_messages_waiting ON mo_messages (source, id) WHERE processed_at IS NULL;
CREATE INDEX mo_messages_next ON mo_messages (id) WHERE processed_at IS NULL;
CREATE INDEX mo_messages_fingerprint ON mo_messages (fingerprint, received_at);

-- A part of a long MO that waits for its siblings, or has been joined with them not long ago.
CREATE TABLE mo_parts (
    link        text NOT NULL,
    source      text NOT NULL,
    destination text NOT NULL,
    reference   int NOT NULL,
    total       int NOT NULL,
    part        int NOT NULL,
    text        bytea NOT NULL,
    coding      int NOT NULL,
    bind        text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    mo_id       bigint REFERENCES mo_messages,  -- that it became part of
    PRIMARY KEY (link, source, destination, reference, total, part)
);
CREATE INDEX mo_parts_age ON mo_parts (received_at);

-- A PDU that could not be read.
CREATE TABLE sms_quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link        text NOT NULL,
    raw         bytea NOT NULL,
    status      bigint NOT NULL,         -- command_status of the answer
    reason      text NOT NULL,
    received_at timestamptz NOT NULL
);

-- An SMS to a citizen.
CREATE TABLE mt_messages (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane           text NOT NULL CHECK (lane IN ('otp', 'reply', 'notice')),
    destination    text NOT NULL,        -- E.164
    text           text NOT NULL,        -- erased once an otp is final
    interaction_id bigint,               -- interactions
    challenge_id   bigint,
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL
);
CREATE INDEX mt_messages_interaction ON mt_messages (interaction_id, id);
CREATE INDEX mt_messages_secret ON mt_messages (id) WHERE lane = 'otp' AND text <> '';

-- One segment of it, the unit that the operator counts, answers and reports on. Of all rows these change most often, so they
-- have few indexes; and none of them holds what the last change, by the receipt, touches: it stays within its page.
CREATE TABLE mt_segments (
    id           bigint PRIMARY KEY,     -- mt_id * 256 + part, so that it finds a message's segments, too
    mt_id        bigint NOT NULL,        -- mt_messages
    lane         text NOT NULL,
    part         int NOT NULL CHECK (part BETWEEN 1 AND 255),
    state        text NOT NULL DEFAULT 'queued'
                 CHECK (state IN ('queued', 'submitted', 'accepted', 'delivered', 'undeliverable', 'expired', 'unknown', 'failed')),
    link         text,
    slot         text,                   -- of the bind that has claimed it
    message_id   text,                   -- the SMSC's, as it gave it
    message_key  text,                   -- the same, so that a receipt in another notation matches
    failure      text,
    attempts     int NOT NULL DEFAULT 0,
    unknowns     int NOT NULL DEFAULT 0, -- attempts that were never answered
    lapses       int NOT NULL DEFAULT 0, -- of those, claims of a process that died: most had not been submitted yet
    due_at       timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    expires_at   timestamptz NOT NULL,
    submitted_at timestamptz,
    final_at     timestamptz,
    queued_for   timestamptz GENERATED ALWAYS AS (CASE WHEN state = 'queued' THEN due_at END) STORED,
    lapses_at    timestamptz GENERATED ALWAYS AS (CASE WHEN state = 'submitted' THEN leased_until END) STORED
) WITH (fillfactor = 70);
CREATE INDEX mt_segments_due ON mt_segments (lane, queued_for, id) WHERE queued_for IS NOT NULL;
-- The last condition, which is always true, keeps claims from going by this one.
CREATE INDEX mt_segments_expiry ON mt_segments (expires_at) WHERE queued_for IS NOT NULL AND part > 0;
CREATE INDEX mt_segments_receipt ON mt_segments (link, message_key) WHERE message_key IS NOT NULL;
CREATE INDEX mt_segments_leased ON mt_segments (lapses_at) WHERE lapses_at IS NOT NULL;

-- A receipt that came before the answer to its submit.
CREATE TABLE mt_receipts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link        text NOT NULL,
    keys        text[] NOT NULL,         -- message keys, the likeliest first
    destination text NOT NULL,
    state       text NOT NULL CHECK (state IN ('delivered', 'undeliverable', 'expired')),
    failure     text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX mt_receipts_age ON mt_receipts (received_at);

-- +goose Down
DROP TABLE mt_receipts;
DROP TABLE mt_segments;
DROP TABLE mt_messages;
DROP TABLE sms_quarantine;
DROP TABLE mo_parts;
DROP TABLE mo_messages;
DROP TABLE sms_binds;

-- +goose Up

-- Who a message is from, as the citizen sees it; "": the short number.
ALTER TABLE mt_messages ADD COLUMN sender text NOT NULL DEFAULT '';

-- For a STOP, which ends what waits for its number.
CREATE INDEX mt_messages_notice ON mt_messages (destination) WHERE lane = 'notice';

-- An agency's way in by SMPP.
CREATE TABLE agency_accounts (
    system_id     text PRIMARY KEY,
    name          text NOT NULL,
    password_hash text NOT NULL,
    lane          text NOT NULL CHECK (lane IN ('otp', 'reply', 'notice')),
    senders       text[] NOT NULL CHECK (senders <> '{}'),  -- the first stands for none
    submit_window int NOT NULL CHECK (submit_window > 0),   -- unanswered submits a bind
    rate          double precision NOT NULL CHECK (rate >= 0),  -- segments a second; 0: no limit
    binds         int NOT NULL CHECK (binds > 0),           -- at once, on one node
    suspended_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- A submit that was accepted of an agency: a message, or a part of one. Its row is committed before its answer.
CREATE TABLE agency_submits (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the message id that the agency holds
    system_id      text NOT NULL REFERENCES agency_accounts,
    mt_id          bigint REFERENCES mt_messages,  -- NULL while it waits for the other parts
    lane           text NOT NULL,
    sender         text NOT NULL,
    destination    text NOT NULL,        -- E.164
    addresses      jsonb NOT NULL,       -- both, as the agency wrote them: the receipt has them again
    receipt        text NOT NULL CHECK (receipt IN ('none', 'all', 'failures')),
    due_at         timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    submitted_at   timestamptz NOT NULL,
    -- Of a part.
    reference      int,
    total          int,
    part           int,
    coding         int,
    payload        bytea,                -- erased some time after it was joined
    -- Of the message, once it is final.
    state          text,
    failure        text,
    segments       int,
    delivered      int,                  -- of them
    final_at       timestamptz,
    receipt_due_at timestamptz,          -- when the agency is to be told; NULL: it is not, or no more
    tries          int NOT NULL DEFAULT 0,
    told_at        timestamptz
);
CREATE INDEX agency_submits_mt ON agency_submits (mt_id);
CREATE INDEX agency_submits_parts ON agency_submits (system_id, destination, reference) WHERE payload IS NOT NULL;
CREATE INDEX agency_submits_untold ON agency_submits (system_id, receipt_due_at) WHERE receipt_due_at IS NOT NULL;

-- Whether an agency has to hear of the segment when it is final.
ALTER TABLE mt_segments ADD COLUMN report boolean NOT NULL DEFAULT false;
ALTER TABLE mt_segments ADD COLUMN reported_from timestamptz GENERATED ALWAYS AS (CASE WHEN report THEN coalesce(final_at, 'infinity') END) STORED;
CREATE INDEX mt_segments_report ON mt_segments (reported_from) WHERE reported_from IS NOT NULL;

-- +goose Down
DROP INDEX mt_segments_report;
ALTER TABLE mt_segments DROP COLUMN reported_from;
ALTER TABLE mt_segments DROP COLUMN report;
DROP TABLE agency_submits;
DROP TABLE agency_accounts;
DROP INDEX mt_messages_notice;
ALTER TABLE mt_messages DROP COLUMN sender;

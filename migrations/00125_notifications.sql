-- +goose Up

-- What a client may send: notices a day (0: no limit), the first digits of the numbers that it reaches (none: the region's mobile
-- numbers), and what a segment costs it ("12.50 KZT"; "": nobody has said).
ALTER TABLE clients
    ADD COLUMN notices_day int NOT NULL DEFAULT 10000 CHECK (notices_day >= 0),
    ADD COLUMN notice_prefixes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN segment_price text NOT NULL DEFAULT '';

-- A key of a client is used for one request, whatever it asks for.
ALTER TABLE client_requests
    ALTER COLUMN case_id DROP NOT NULL,
    ADD COLUMN notification_list_id bigint,
    ADD COLUMN notification_id bigint;

CREATE TABLE notification_lists (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    client      text NOT NULL REFERENCES clients,
    state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'running', 'stopped', 'finished')),
    recipients  int NOT NULL,
    estimate    jsonb NOT NULL,             -- segments by language and encoding, and the price
    not_before  timestamptz,
    expires_at  timestamptz,                -- NULL: nobody has said, and it has not started
    followed    bigint NOT NULL DEFAULT 0,  -- the last notification of the page whose outcome was looked at
    created_at  timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    stopped_at  timestamptz,                -- by the client
    finished_at timestamptz                 -- each of its messages is final
);
CREATE INDEX notification_lists_created ON notification_lists (created_at);

-- One message to one citizen, of a list or by itself.
CREATE TABLE notifications (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    client       text NOT NULL REFERENCES clients,
    list_id      bigint,                    -- notification_lists; NULL: it is by itself
    nth          int NOT NULL DEFAULT 1,    -- in the list
    number_index bytea,                     -- NULL: it goes to a citizen, by whatever number is bound then
    citizen_id   bigint,
    sealed       bytea NOT NULL DEFAULT '', -- number and text, until it is queued as an SMS
    segments     int NOT NULL,
    state        text NOT NULL DEFAULT 'waiting'
                 CHECK (state IN ('waiting', 'unreachable', 'queued', 'sent', 'delivered', 'failed', 'stopped', 'skipped')),
    failure      text NOT NULL DEFAULT '',
    mt_id        bigint,                    -- mt_messages
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz                -- of one by itself
);
CREATE INDEX notifications_list ON notifications (list_id, state, id);
CREATE INDEX notifications_nth ON notifications (list_id, nth);
CREATE INDEX notifications_number ON notifications (number_index) WHERE number_index IS NOT NULL;
CREATE INDEX notifications_citizen ON notifications (citizen_id) WHERE citizen_id IS NOT NULL;
CREATE INDEX notifications_created ON notifications (created_at);

-- Notices that a client has sent on a day, for its limit.
CREATE TABLE notification_days (
    day    timestamptz NOT NULL,            -- its beginning, in UTC
    client text NOT NULL REFERENCES clients,
    sent   int NOT NULL,
    PRIMARY KEY (day, client)
) WITH (fillfactor = 50);

-- +goose Down
DROP TABLE notification_days;
DROP TABLE notifications;
DROP TABLE notification_lists;
DELETE FROM client_requests WHERE case_id IS NULL;
ALTER TABLE client_requests DROP COLUMN notification_id, DROP COLUMN notification_list_id, ALTER COLUMN case_id SET NOT NULL;
ALTER TABLE clients DROP COLUMN segment_price, DROP COLUMN notice_prefixes, DROP COLUMN notices_day;

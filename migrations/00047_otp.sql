-- +goose Up

-- For what a client may have passwords sent, and how: internal/otp.Purpose.
CREATE TABLE otp_purposes (
    client     text NOT NULL REFERENCES clients,
    name       text NOT NULL,
    definition jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client, name)
);

-- Clients that are there go on with the purposes that they have used.
INSERT INTO otp_purposes (client, name, definition)
SELECT client, name, jsonb_build_object('client', client, 'name', name, 'titles',
           CASE name WHEN 'sign-in' THEN '{"kk": "кіру", "ru": "вход", "en": "sign-in"}' ELSE jsonb_build_object('kk', name, 'ru', name, 'en', name) END,
           'texts', '{"kk": "{portal}: {purpose}. Код {code}. Ешкімге айтпаңыз.", "ru": "{portal}: {purpose}. Код {code}. Не сообщайте его.", "en": "{portal}: {purpose}. Code {code}. Do not tell it to anyone."}'::jsonb,
           'origins', NULL, 'digits', 6, 'life', 300000000000, 'tries', 5, 'channels', '["sms", "voice", "operator"]'::jsonb,
           'language', 'ru', 'anyone', false, 'day', 0)
FROM (SELECT name AS client, 'sign-in' AS name FROM clients UNION SELECT client, purpose FROM challenges) u WHERE client <> 'okno';

-- Nothing that an answer changes is in an index: so a verification touches no index. What made sure of one live challenge for a
-- purpose is the lock on the number. Nor has the table foreign keys: each send would write to the row of its client.
DROP INDEX challenges_live;
ALTER TABLE challenges
    DROP CONSTRAINT challenges_client_fkey, DROP CONSTRAINT challenges_citizen_id_fkey,
    ALTER citizen_id DROP NOT NULL,                -- NULL: the number is bound to nobody
    ADD decoy    boolean NOT NULL DEFAULT false,   -- nothing is sent: the number is bound to nobody, and the purpose wants it bound
    ADD subjects text[] NOT NULL DEFAULT '{}',     -- what wrong answers count against: lockouts
    ADD prefix   text NOT NULL DEFAULT '',         -- of the number, as in otp_hours
    ADD channel  text NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'voice')),
    ADD nth      int NOT NULL DEFAULT 1,           -- of the passwords sent one after the other for the same
    ADD tries    int NOT NULL DEFAULT 5,
    ADD origin   text NOT NULL DEFAULT '',
    ADD language text NOT NULL DEFAULT '',
    DROP CONSTRAINT challenges_state_check,
    ADD CONSTRAINT challenges_state_check CHECK (state IN ('sent', 'verified', 'expired', 'exhausted', 'superseded', 'cancelled')),
    SET (fillfactor = 80);
UPDATE challenges SET prefix = left(number, 5), language = 'ru', subjects = ARRAY['number:' || number, 'citizen:' || citizen_id];
CREATE INDEX challenges_expiry ON challenges (expires_at);
CREATE INDEX mt_messages_challenge ON mt_messages (challenge_id) WHERE challenge_id IS NOT NULL;

-- Passwords sent on a day, for the limits. A connection counts in a shard of its own, so that none waits for another's commit.
CREATE TABLE otp_days (
    day   timestamptz NOT NULL,                    -- its beginning, in UTC
    scope text NOT NULL,                           -- "all", "client:…", "purpose:…/…", "prefix:+7701"
    shard int NOT NULL,
    sent  int NOT NULL,
    PRIMARY KEY (day, scope, shard)
) WITH (fillfactor = 50);

-- What came of the passwords sent in an hour. It holds no number.
CREATE TABLE otp_hours (
    hour        timestamptz NOT NULL,
    client      text NOT NULL,
    prefix      text NOT NULL,                     -- "+7701"
    route       text NOT NULL,                     -- the link that the SMS went by; "voice"; "" while it waits
    sent        int NOT NULL,                      -- that have ended or expired: what may still be verified is not in it
    delivered   int NOT NULL,
    undelivered int NOT NULL,
    verified    int NOT NULL,
    PRIMARY KEY (hour, client, prefix, route)
);

-- A client's passwords to a prefix that are not sent: too few of the last were verified.
CREATE TABLE otp_blocks (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client    text NOT NULL REFERENCES clients,
    prefix    text NOT NULL,
    reason    text NOT NULL,
    began_at  timestamptz NOT NULL DEFAULT now(),
    until     timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text
);
CREATE INDEX otp_blocks_client ON otp_blocks (client, prefix, until);
CREATE INDEX otp_blocks_until ON otp_blocks (until);

-- +goose Down
DROP TABLE otp_blocks, otp_hours, otp_days;
DROP INDEX mt_messages_challenge, challenges_expiry;
DELETE FROM challenges WHERE citizen_id IS NULL;
UPDATE challenges SET state = 'superseded' WHERE state = 'cancelled';
ALTER TABLE challenges
    DROP CONSTRAINT challenges_state_check,
    ADD CONSTRAINT challenges_state_check CHECK (state IN ('sent', 'verified', 'expired', 'exhausted', 'superseded')),
    DROP COLUMN subjects, DROP COLUMN prefix, DROP COLUMN decoy, DROP COLUMN channel, DROP COLUMN nth, DROP COLUMN tries, DROP COLUMN origin, DROP COLUMN language,
    ALTER citizen_id SET NOT NULL, RESET (fillfactor),
    ADD FOREIGN KEY (client) REFERENCES clients, ADD FOREIGN KEY (citizen_id) REFERENCES citizens;
CREATE UNIQUE INDEX challenges_live ON challenges (client, number, purpose) WHERE state = 'sent';
DROP TABLE otp_purposes;

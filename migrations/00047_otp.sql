-- +goose Up

-- For what a client may have passwords sent, and how: internal/otp.Purpose.
CREATE TABLE otp_purposes (
    client     text NOT NULL REFERENCES clients,
    name       text NOT NULL,
    definition jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client, name)
);

ALTER TABLE challenges
    ALTER citizen_id DROP NOT NULL,                -- NULL: the number is bound to nobody
    ADD prefix   text NOT NULL DEFAULT '',         -- of the number, as in otp_hours
    ADD decoy    boolean NOT NULL DEFAULT false,   -- nothing is sent: the number is bound to nobody, and the purpose wants it bound
    ADD channel  text NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'voice')),
    ADD nth      int NOT NULL DEFAULT 1,           -- of the passwords sent one after the other for the same
    ADD tries    int NOT NULL DEFAULT 5,
    ADD origin   text NOT NULL DEFAULT '',
    ADD language text NOT NULL DEFAULT '',
    DROP CONSTRAINT challenges_state_check,
    ADD CONSTRAINT challenges_state_check CHECK (state IN ('sent', 'verified', 'expired', 'exhausted', 'superseded', 'cancelled'));
UPDATE challenges SET prefix = left(number, 5), language = 'ru';
CREATE INDEX challenges_expiry ON challenges (expires_at) WHERE state = 'sent';
CREATE INDEX challenges_created ON challenges USING brin (created_at); -- for reports; costs a send nothing
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
DROP INDEX mt_messages_challenge, challenges_created, challenges_expiry;
DELETE FROM challenges WHERE citizen_id IS NULL;
UPDATE challenges SET state = 'superseded' WHERE state = 'cancelled';
ALTER TABLE challenges
    DROP CONSTRAINT challenges_state_check,
    ADD CONSTRAINT challenges_state_check CHECK (state IN ('sent', 'verified', 'expired', 'exhausted', 'superseded')),
    DROP COLUMN prefix, DROP COLUMN decoy, DROP COLUMN channel, DROP COLUMN nth, DROP COLUMN tries, DROP COLUMN origin, DROP COLUMN language,
    ALTER citizen_id SET NOT NULL;
DROP TABLE otp_purposes;

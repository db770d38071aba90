-- +goose Up

-- Whether talks with operators are recorded, and for how long that is kept: the consent is announced, or asked for.
ALTER TABLE queues
    ADD COLUMN recording text NOT NULL DEFAULT 'off' CHECK (recording IN ('off', 'announced', 'asked')),
    ADD COLUMN recording_days int NOT NULL DEFAULT 90 CHECK (recording_days BETWEEN 1 AND 365);

-- Whether the citizen has heard that talks are recorded and stayed, or has said yes. NULL: neither.
ALTER TABLE interactions ADD COLUMN may_record boolean;

-- Talks that are, or were, recorded. The content lies outside the rows (attachments.dir), sealed under the interaction's data key; until it is
-- there, it lies in the spool of Asterisk.
CREATE TABLE recordings (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    interaction_id bigint NOT NULL,             -- interactions
    contact_id     bigint NOT NULL,             -- contacts: with which the talk began
    asterisk       text NOT NULL,
    name           text NOT NULL UNIQUE,        -- in Asterisk, where each side has a file of its own
    state          text NOT NULL DEFAULT 'going' CHECK (state IN ('going', 'failed', 'over', 'kept', 'lost')),
    paused_until   timestamptz,
    began_at       timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    expires_at     timestamptz NOT NULL,        -- by the setting of its queue
    file           text UNIQUE,                 -- its name among the files, random
    media_type     text,
    size           bigint,                      -- bytes of the content
    hash           bytea,                       -- SHA-256 of the sealed file
    CHECK ((state = 'kept') = (file IS NOT NULL))
);
CREATE INDEX recordings_interaction ON recordings (interaction_id);
CREATE UNIQUE INDEX recordings_talk ON recordings (interaction_id) WHERE state IN ('going', 'failed');
CREATE INDEX recordings_spooled ON recordings (asterisk) WHERE state IN ('going', 'failed', 'over');
CREATE INDEX recordings_expires ON recordings (expires_at);

-- +goose Down
DROP TABLE recordings;
ALTER TABLE interactions DROP COLUMN may_record;
ALTER TABLE queues DROP COLUMN recording_days, DROP COLUMN recording;

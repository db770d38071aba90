-- +goose Up

-- Whether talks of a queue that were recorded are written down afterwards.
ALTER TABLE queues ADD COLUMN transcripts boolean NOT NULL DEFAULT false;

-- What was said in talks, as an engine has written it down. A transcript goes with its recording. Words are sealed under the interaction's data
-- key; tokens are MACs of their stems, by which talks are found.
CREATE TABLE transcripts (
    recording_id bigint PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ready', 'failed')),
    failure      text NOT NULL DEFAULT '',   -- why, of one that has failed
    attempts     int NOT NULL DEFAULT 0,     -- since more of the talk was last written down
    done_ms      bigint NOT NULL DEFAULT 0,  -- of the recording: so much is written down
    sealed       bytea,                      -- its lines
    key_id       text NOT NULL DEFAULT '',   -- of the master key that made the tokens
    tokens       bigint[] NOT NULL DEFAULT '{}',
    CHECK ((state = 'failed') = (failure <> ''))
);
CREATE INDEX transcripts_tokens ON transcripts USING gin (tokens);

-- Lines as people have corrected them. None replaces another: what the engine has written stays, and each correction.
CREATE TABLE transcript_corrections (
    recording_id bigint NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    line         int NOT NULL,               -- from 0
    number       int NOT NULL,               -- of the line's corrections, from 1
    by_agent     bigint NOT NULL REFERENCES agents,
    at           timestamptz NOT NULL DEFAULT now(),
    sealed       bytea NOT NULL,
    PRIMARY KEY (recording_id, line, number)
);

-- +goose Down
DROP TABLE transcript_corrections, transcripts;
ALTER TABLE queues DROP COLUMN transcripts;

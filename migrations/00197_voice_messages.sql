-- +goose Up

-- Beside talks, what callers leave by voice. A message is kept as a file of the case that it becomes; then its row goes.
ALTER TABLE recordings
    ADD COLUMN kind text NOT NULL DEFAULT 'talk' CHECK (kind IN ('talk', 'message')),
    ADD COLUMN length_ms bigint,                       -- of a message that has ended
    ADD COLUMN case_id bigint,                         -- the case that it has become
    ADD COLUMN drop_left boolean NOT NULL DEFAULT false, -- whoever hangs up before it is sent leaves nothing
    ALTER COLUMN contact_id DROP NOT NULL;
DROP INDEX recordings_talk;
CREATE UNIQUE INDEX recordings_talk ON recordings (interaction_id, kind) WHERE state IN ('going', 'failed');

-- +goose Down
DELETE FROM recordings WHERE kind = 'message';
DROP INDEX recordings_talk;
CREATE UNIQUE INDEX recordings_talk ON recordings (interaction_id) WHERE state IN ('going', 'failed');
ALTER TABLE recordings ALTER COLUMN contact_id SET NOT NULL,
    DROP COLUMN drop_left, DROP COLUMN case_id, DROP COLUMN length_ms, DROP COLUMN kind;

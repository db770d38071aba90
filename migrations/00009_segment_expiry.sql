-- +goose Up

-- Only for what has expired: with statistics of a quiet time a claim took this index, and sorted the whole backlog.
DROP INDEX mt_segments_expiry;
CREATE INDEX mt_segments_expiry ON mt_segments (expires_at) WHERE state = 'queued' AND final_at IS NULL;

-- +goose Down
DROP INDEX mt_segments_expiry;
CREATE INDEX mt_segments_expiry ON mt_segments (expires_at) WHERE state = 'queued';

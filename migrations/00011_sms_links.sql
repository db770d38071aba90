-- +goose Up

-- What is ordered of a link to an operator, on all nodes.
CREATE TABLE sms_links (
    name       text PRIMARY KEY,
    ordered    text NOT NULL DEFAULT 'open' CHECK (ordered IN ('open', 'paused', 'drained')),
    ordered_by text NOT NULL DEFAULT '',
    ordered_at timestamptz NOT NULL DEFAULT now()
);

-- How the links of each node stand, told every second or two.
CREATE TABLE sms_nodes (
    name     text PRIMARY KEY,
    told_at  timestamptz NOT NULL,
    standing jsonb NOT NULL
);

-- Segments that the operator has accepted and not reported on, those first that were heard of longest ago; of links for
-- which that matters.
ALTER TABLE mt_segments ADD COLUMN queried_at timestamptz;
ALTER TABLE mt_segments ADD COLUMN awaited boolean NOT NULL DEFAULT false;
ALTER TABLE mt_segments ADD COLUMN awaited_from timestamptz
    GENERATED ALWAYS AS (CASE WHEN awaited AND state = 'accepted' THEN coalesce(queried_at, submitted_at) END) STORED;
CREATE INDEX mt_segments_awaited ON mt_segments (link, awaited_from) WHERE awaited_from IS NOT NULL;

-- +goose Down
DROP INDEX mt_segments_awaited;
ALTER TABLE mt_segments DROP COLUMN awaited_from;
ALTER TABLE mt_segments DROP COLUMN awaited;
ALTER TABLE mt_segments DROP COLUMN queried_at;
DROP TABLE sms_nodes;
DROP TABLE sms_links;

-- +goose Up

-- How cases belong together. A duplicate is closed, and stands where the case stands of which it is one.
CREATE TABLE case_links (
    case_id  bigint NOT NULL REFERENCES cases,
    other_id bigint NOT NULL REFERENCES cases,
    kind     text NOT NULL CHECK (kind IN ('related', 'duplicate', 'split_from')),
    by       text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (case_id, other_id),
    CHECK (case_id <> other_id)
);
CREATE INDEX case_links_other ON case_links (other_id);
CREATE UNIQUE INDEX case_links_duplicate ON case_links (case_id) INCLUDE (other_id) WHERE kind = 'duplicate'; -- of one case at most

-- +goose Down
DROP TABLE case_links;

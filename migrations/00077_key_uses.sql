-- +goose Up

-- When each master key was last in use by a node, and since when everything is sealed by another: a key that was retired long enough is left
-- out where values are looked for by their blind indexes. The id '' stands for whichever keys sealed what was there before this table.
CREATE TABLE key_uses (
    key_id     text PRIMARY KEY,
    used_at    timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz
);

INSERT INTO key_uses (key_id) SELECT key_id FROM key_checks;

INSERT INTO key_uses (key_id) SELECT '' WHERE EXISTS (SELECT FROM data_keys) OR EXISTS (SELECT FROM mo_messages) OR EXISTS (SELECT FROM mt_messages)
    OR EXISTS (SELECT FROM mo_parts) OR EXISTS (SELECT FROM subscribers) OR EXISTS (SELECT FROM citizens) OR EXISTS (SELECT FROM bindings)
    OR EXISTS (SELECT FROM interactions) OR EXISTS (SELECT FROM cases) OR EXISTS (SELECT FROM challenges);

-- +goose Down
DROP TABLE key_uses;

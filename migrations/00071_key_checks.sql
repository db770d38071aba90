-- +goose Up

-- What each master key in use has sealed: a process that cannot open all of it has other keys than those that sealed the data.
CREATE TABLE key_checks (
    key_id  text PRIMARY KEY,
    sealed  bytea NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE key_checks;

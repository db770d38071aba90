-- +goose Up

-- What readiness writes, to see whether the database takes writes: one row for each node.
CREATE TABLE write_probes (
    node text PRIMARY KEY,
    at   timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE write_probes;

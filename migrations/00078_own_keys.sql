-- +goose Up

-- Keys that can be replaced by no other, because what they have made must not be made again: that of case numbers. Each is sealed by a master
-- key, and sealed anew when those are rotated.
CREATE TABLE own_keys (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purpose text NOT NULL UNIQUE,
    sealed  bytea NOT NULL
);

-- +goose Down
DROP TABLE own_keys;

-- +goose Up

-- Entries are chained after their commit, in the order of seal, so that no transaction waits for another one's entry.
ALTER TABLE audit ADD COLUMN seal bigint UNIQUE, ADD COLUMN hash bytea;
CREATE INDEX audit_unsealed ON audit (id) WHERE seal IS NULL;

-- +goose Down
DROP INDEX audit_unsealed;
ALTER TABLE audit DROP COLUMN hash, DROP COLUMN seal;

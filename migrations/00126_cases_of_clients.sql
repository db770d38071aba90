-- +goose Up

-- A client pages through the cases that it opened, by their last change.
CREATE INDEX cases_client ON cases (client, updated_at, id) WHERE client IS NOT NULL;

-- +goose Down
DROP INDEX cases_client;

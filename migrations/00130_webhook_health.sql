-- +goose Up

-- What waits and what was given up is counted whenever metrics are read: of a client that takes what it is told, that is little.
CREATE INDEX webhook_deliveries_unsettled ON webhook_deliveries (client, state, created_at) WHERE state <> 'delivered';

-- +goose Down
DROP INDEX webhook_deliveries_unsettled;

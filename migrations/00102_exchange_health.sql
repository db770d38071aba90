-- +goose Up

-- When an agency reported last, and how quickly it took what it was told of late.
CREATE INDEX exchange_events_agency ON exchange_events (agency, received_at);
CREATE INDEX exchange_deliveries_agency ON exchange_deliveries (agency, created_at);
CREATE INDEX exchange_deliveries_undelivered ON exchange_deliveries (agency, created_at) WHERE state <> 'delivered';

-- +goose Down
DROP INDEX exchange_deliveries_undelivered;
DROP INDEX exchange_deliveries_agency;
DROP INDEX exchange_events_agency;

-- +goose Up

-- An agency provides services and reports on cases; how its systems send SMS is an SMPP account. Each has a name of its own.
ALTER TABLE agency_accounts RENAME TO smpp_accounts;
ALTER TABLE agency_submits RENAME TO smpp_submits;

-- +goose Down
ALTER TABLE smpp_submits RENAME TO agency_submits;
ALTER TABLE smpp_accounts RENAME TO agency_accounts;

-- +goose Up

-- Whom an agency may write to: prefixes of numbers in E.164, without the plus. None: the region's mobile numbers.
ALTER TABLE agency_accounts ADD COLUMN destinations text[] NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE agency_accounts DROP COLUMN destinations;

-- +goose Up

-- Who a citizen is stands sealed under a data key of the citizen's own, which is wrapped by a master key outside the database. Rows from
-- before are sealed by the process that migrates, which has the key; then their plain columns are empty.
ALTER TABLE citizens
    ADD COLUMN data_key       bytea,         -- wrapped; destroyed, nobody opens what it sealed
    ADD COLUMN national_index bytea UNIQUE,  -- blind index of the national number
    ADD COLUMN sealed         bytea,         -- national number and name
    ALTER COLUMN national_number DROP NOT NULL,
    ALTER COLUMN name DROP NOT NULL,
    ADD CONSTRAINT citizens_known CHECK (sealed IS NOT NULL AND data_key IS NOT NULL AND national_index IS NOT NULL OR national_number IS NOT NULL);

-- +goose Down
DELETE FROM bindings WHERE citizen_id IN (SELECT id FROM citizens WHERE national_number IS NULL);
ALTER TABLE citizens DROP COLUMN data_key, DROP COLUMN national_index, DROP COLUMN sealed;

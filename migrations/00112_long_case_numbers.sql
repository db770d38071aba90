-- +goose Up

-- After a hundred million cases numbers have 13 digits. All rows that there are have nine: nothing to be validated.
ALTER TABLE cases DROP CONSTRAINT cases_number_check;
ALTER TABLE cases ADD CONSTRAINT cases_number_check CHECK (number ~ '^([0-9]{9}|[0-9]{13})$') NOT VALID;

-- +goose Down
ALTER TABLE cases DROP CONSTRAINT cases_number_check;
ALTER TABLE cases ADD CONSTRAINT cases_number_check CHECK (number ~ '^[0-9]{9}$') NOT VALID;

-- +goose Up

-- Contacts are counted once more when they are 8 days old instead of 2: whether the citizen came back within a week is known then.
UPDATE report_marks SET settled = settled - interval '6 d' WHERE source = 'contacts';

-- +goose Down
UPDATE report_marks SET settled = settled + interval '6 d' WHERE source = 'contacts';

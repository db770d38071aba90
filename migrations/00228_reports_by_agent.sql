-- +goose Up

-- Of whom figures are, by login; '': of nobody. Hours that were counted before have nobody's, until they are counted again (okno report rebuild).
ALTER TABLE report_hours ADD COLUMN agent text NOT NULL DEFAULT '',
    DROP CONSTRAINT report_hours_pkey,
    ADD PRIMARY KEY (source, hour, queue, service, agency, channel, language, dialogue, node, to_queue, agent);

-- +goose Down
DELETE FROM report_hours WHERE source IN ('contacts', 'agents', 'transfers', 'evaluations');
DELETE FROM report_marks WHERE source IN ('contacts', 'agents', 'transfers', 'evaluations');
ALTER TABLE report_hours DROP CONSTRAINT report_hours_pkey, DROP COLUMN agent,
    ADD PRIMARY KEY (source, hour, queue, service, agency, channel, language, dialogue, node, to_queue);

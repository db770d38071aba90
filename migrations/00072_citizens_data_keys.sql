-- +goose Up

-- The data keys of citizens stand with the others, apart from what they seal: a backup of the rest opens no name once the key is gone.
ALTER TABLE data_keys DROP CONSTRAINT data_keys_kind_check, ADD CHECK (kind IN ('i', 'c', 'a', 'z')); -- z: citizen
INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'z', id, data_key FROM citizens WHERE data_key IS NOT NULL;
ALTER TABLE citizens
    DROP CONSTRAINT citizens_known,
    DROP COLUMN data_key,
    ADD CONSTRAINT citizens_known CHECK (sealed IS NOT NULL AND national_index IS NOT NULL OR national_number IS NOT NULL);

-- +goose Down
ALTER TABLE citizens DROP CONSTRAINT citizens_known, ADD COLUMN data_key bytea;
UPDATE citizens c SET data_key = k.wrapped FROM data_keys k WHERE k.kind = 'z' AND k.owner_id = c.id;
ALTER TABLE citizens ADD CONSTRAINT citizens_known
    CHECK (sealed IS NOT NULL AND data_key IS NOT NULL AND national_index IS NOT NULL OR national_number IS NOT NULL);
DELETE FROM data_keys WHERE kind = 'z';
ALTER TABLE data_keys DROP CONSTRAINT data_keys_kind_check, ADD CHECK (kind IN ('i', 'c', 'a'));

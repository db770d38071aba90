-- +goose Up

-- An auditor reads the journal, and no citizen's data.
ALTER TABLE agents DROP CONSTRAINT agents_role_check,
    ADD CONSTRAINT agents_role_check CHECK (role IN ('agent', 'supervisor', 'administrator', 'auditor'));

-- What was done to a citizen's data.
CREATE INDEX audit_citizen ON audit (((detail ->> 'citizen')::bigint), id) WHERE detail ? 'citizen';

-- +goose Down
DROP INDEX audit_citizen;
ALTER TABLE agents DROP CONSTRAINT agents_role_check,
    ADD CONSTRAINT agents_role_check CHECK (role IN ('agent', 'supervisor', 'administrator'));

-- +goose Up

-- A consultation: the contact with a second agent, by whose help the first serves the citizen. A transfer makes it the contact itself.
ALTER TABLE contacts ADD COLUMN helps bigint; -- contacts
CREATE INDEX contacts_helps ON contacts (interaction_id) WHERE helps IS NOT NULL;

ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys', 'dial'));

-- +goose Down
DELETE FROM call_orders WHERE kind = 'dial';
ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys'));
DROP INDEX contacts_helps;
ALTER TABLE contacts DROP COLUMN helps;

-- +goose Up

-- How a supervisor takes part in a talk: listen, whisper, barge. '' of any other leg.
ALTER TABLE legs ADD COLUMN mode text NOT NULL DEFAULT '' CHECK (mode IN ('', 'listen', 'whisper', 'barge'));

ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys', 'dial', 'supervise'));

-- +goose Down
DELETE FROM call_orders WHERE kind = 'supervise';
ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys', 'dial'));
ALTER TABLE legs DROP COLUMN mode;

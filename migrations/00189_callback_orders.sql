-- +goose Up

ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys', 'dial', 'supervise', 'callback'));

-- +goose Down
DELETE FROM call_orders WHERE kind = 'callback';
ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys', 'dial', 'supervise'));

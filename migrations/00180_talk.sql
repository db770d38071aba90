-- +goose Up

-- Whether a leg is held: apart from the room, with music. It is what is wanted; the voice node makes Asterisk agree.
ALTER TABLE legs ADD COLUMN held boolean NOT NULL DEFAULT false;

ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say', 'arrange', 'keys'));

-- +goose Down
DELETE FROM call_orders WHERE kind IN ('arrange', 'keys');
ALTER TABLE call_orders DROP CONSTRAINT call_orders_kind_check,
    ADD CONSTRAINT call_orders_kind_check CHECK (kind IN ('connect', 'release', 'say'));
ALTER TABLE legs DROP COLUMN held;

-- +goose Up
-- Where the other Asterisks reach one by SIP, what it shows to them, and whether its voice node is connected to it.
ALTER TABLE asterisks
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN secret  text NOT NULL DEFAULT '',
    ADD COLUMN there   boolean NOT NULL DEFAULT true;

-- +goose Down
ALTER TABLE asterisks DROP COLUMN address, DROP COLUMN secret, DROP COLUMN there;

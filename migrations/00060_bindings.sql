-- +goose Up

-- National numbers of other countries than Kazakhstan: internal/citizen. Plain ones are of rows that are not sealed yet.
ALTER TABLE citizens DROP CONSTRAINT citizens_national_number_check,
    ADD CONSTRAINT citizens_national_number_check CHECK (national_number ~ '^[0-9]{10,12}$');

-- A binding has how it was proved and by whom, how and why it ended, and whether its number still proves anything. The number stands
-- sealed under the citizen's data key, with a blind index; rows from before are sealed by the process that migrates, which has the keys.
ALTER TABLE bindings
    ALTER number DROP NOT NULL,
    ADD number_index  bytea,                      -- blind index of the E.164 number
    ADD sealed_number bytea,
    ADD proof     text NOT NULL DEFAULT 'import' CHECK (proof IN ('otp', 'operator', 'sms', 'import')),
    ADD proved_by text NOT NULL DEFAULT 'okno',   -- "client:portal", "agent:7", "citizen", "cli"
    ADD ended_why text,                           -- unbound, moved (to another citizen), replaced
    ADD ended_by  text,
    ADD lowered_at  timestamptz,                  -- since when the number proves nothing; NULL: it does
    ADD lowered_why text CHECK (lowered_why IN ('sim_swapped', 'recycled', 'silent')),
    ADD heard_at  timestamptz NOT NULL DEFAULT now(), -- of the number, to within some days
    ADD CONSTRAINT bindings_number CHECK (number IS NOT NULL OR number_index IS NOT NULL AND sealed_number IS NOT NULL),
    ADD CONSTRAINT bindings_lowered CHECK ((lowered_at IS NULL) = (lowered_why IS NULL));
CREATE UNIQUE INDEX bindings_live_index ON bindings (number_index) WHERE ended_at IS NULL;
CREATE INDEX bindings_plain ON bindings (id) WHERE number IS NOT NULL;      -- empty once all are sealed
CREATE INDEX bindings_silent ON bindings (heard_at) WHERE ended_at IS NULL AND lowered_at IS NULL;

-- What a number has chosen is found by the blind index of the number; the number itself is sealed by the ring.
ALTER TABLE subscribers
    DROP CONSTRAINT subscribers_pkey,
    ALTER number DROP NOT NULL,
    ADD id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ADD number_index  bytea UNIQUE,
    ADD sealed_number bytea,
    ADD CONSTRAINT subscribers_number CHECK (number IS NOT NULL OR number_index IS NOT NULL AND sealed_number IS NOT NULL);
CREATE UNIQUE INDEX subscribers_plain ON subscribers (number) WHERE number IS NOT NULL;

-- The blind indexes of a notice's number by each key, one after the other: by which it is known whether the number has said STOP.
ALTER TABLE mt_messages ADD COLUMN stop_indexes bytea;

-- +goose Down
-- What is sealed cannot be opened here: it is lost.
ALTER TABLE mt_messages DROP COLUMN stop_indexes;
DROP INDEX subscribers_plain;
DELETE FROM subscribers WHERE number IS NULL;
ALTER TABLE subscribers DROP CONSTRAINT subscribers_number, DROP COLUMN id, DROP COLUMN number_index, DROP COLUMN sealed_number, ADD PRIMARY KEY (number);
DROP INDEX bindings_silent, bindings_plain, bindings_live_index;
DELETE FROM bindings WHERE number IS NULL;
ALTER TABLE bindings DROP CONSTRAINT bindings_number, DROP CONSTRAINT bindings_lowered, DROP COLUMN number_index, DROP COLUMN sealed_number, DROP COLUMN proof,
    DROP COLUMN proved_by, DROP COLUMN ended_why, DROP COLUMN ended_by, DROP COLUMN lowered_at, DROP COLUMN lowered_why, DROP COLUMN heard_at,
    ALTER number SET NOT NULL;
ALTER TABLE citizens DROP CONSTRAINT citizens_national_number_check;
DELETE FROM bindings WHERE citizen_id IN (SELECT id FROM citizens WHERE national_number !~ '^[0-9]{12}$');
DELETE FROM citizens WHERE national_number !~ '^[0-9]{12}$';
ALTER TABLE citizens ADD CONSTRAINT citizens_national_number_check CHECK (national_number ~ '^[0-9]{12}$');

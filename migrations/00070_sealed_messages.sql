-- +goose Up

-- What a message says is sealed while it waits, and erased once nobody has to read it again: the transcript has it. Its number is there in
-- plain while it is matched in flight, by prefixes and by the order of one citizen's messages; then only its blind index is left, by which
-- it is found. Rows from before are sealed by the process that migrates, which has the key: until then their index is empty, and what is
-- named sealed is not.
DROP INDEX mt_messages_secret;                 -- nothing that an erasure changes is in an index: the row stays within its page
ALTER TABLE mt_messages
    ADD COLUMN destination_index bytea NOT NULL DEFAULT '',
    ALTER COLUMN text TYPE bytea USING convert_to(text, 'UTF8');
ALTER TABLE mt_messages RENAME COLUMN text TO sealed;
ALTER TABLE mt_messages ALTER COLUMN sealed SET DEFAULT '';
DROP INDEX mt_messages_destination;
CREATE INDEX mt_messages_destination ON mt_messages (destination_index, id);
CREATE INDEX mt_messages_plain ON mt_messages (id) WHERE destination_index = '';
ALTER TABLE mt_messages SET (fillfactor = 70);

-- sealed holds the number as well: of a message that could not be handled, that is all that is left.
ALTER TABLE mo_messages
    ADD COLUMN source_index bytea NOT NULL DEFAULT '',
    ALTER COLUMN text TYPE bytea USING convert_to(text, 'UTF8');
ALTER TABLE mo_messages RENAME COLUMN text TO sealed;
ALTER TABLE mo_messages ALTER COLUMN sealed SET DEFAULT '';
DROP INDEX mo_messages_source;
CREATE INDEX mo_messages_source ON mo_messages (source_index, received_at);
CREATE INDEX mo_messages_plain ON mo_messages (id) WHERE source_index = '';

-- digest is a keyed MAC of a part's octets: the same part is known by it.
ALTER TABLE mo_parts
    ADD COLUMN source_index bytea NOT NULL DEFAULT '',
    ADD COLUMN digest bytea NOT NULL DEFAULT '';
ALTER TABLE mo_parts RENAME COLUMN text TO sealed;
ALTER TABLE mo_parts DROP CONSTRAINT mo_parts_pkey;
CREATE INDEX mo_parts_key ON mo_parts (link, source_index, destination, reference, total, part);
CREATE INDEX mo_parts_plain ON mo_parts (received_at) WHERE source_index = '';

ALTER TABLE sms_quarantine ADD COLUMN sealed boolean NOT NULL DEFAULT false;
ALTER TABLE sms_quarantine ALTER COLUMN sealed SET DEFAULT true;

ALTER TABLE mt_receipts ADD COLUMN destination_index bytea NOT NULL DEFAULT '';

-- It serves for an hour at most.
TRUNCATE ussd_requests;
ALTER TABLE ussd_requests DROP CONSTRAINT ussd_requests_pkey, DROP COLUMN number, DROP COLUMN page,
    ADD COLUMN number_index bytea PRIMARY KEY, ADD COLUMN sealed bytea NOT NULL;

-- sealed: both addresses, as the agency wrote them, and the number in E.164.
ALTER TABLE agency_submits
    ADD COLUMN destination_index bytea NOT NULL DEFAULT '',
    ADD COLUMN sealed bytea,
    ALTER COLUMN destination DROP NOT NULL,
    ALTER COLUMN addresses DROP NOT NULL;
DROP INDEX agency_submits_parts;
CREATE INDEX agency_submits_parts ON agency_submits (system_id, destination_index, reference) WHERE payload IS NOT NULL;
CREATE INDEX agency_submits_plain ON agency_submits (id) WHERE destination_index = '';

ALTER TABLE challenges
    ADD COLUMN number_index bytea NOT NULL DEFAULT '',
    ADD COLUMN sealed_number bytea NOT NULL DEFAULT '';
DROP INDEX challenges_number;
CREATE INDEX challenges_number ON challenges (number_index, created_at DESC);
CREATE INDEX challenges_plain ON challenges (id) WHERE number_index = '';

-- +goose Down
-- What is sealed stays so: an older program reads none of it.
DROP INDEX challenges_plain, challenges_number, agency_submits_plain, agency_submits_parts, mo_parts_plain, mo_parts_key, mo_messages_plain,
    mo_messages_source, mt_messages_plain, mt_messages_destination;
ALTER TABLE challenges DROP COLUMN number_index, DROP COLUMN sealed_number;
CREATE INDEX challenges_number ON challenges (number, created_at DESC);
DELETE FROM agency_submits WHERE destination IS NULL;
ALTER TABLE agency_submits DROP COLUMN destination_index, DROP COLUMN sealed, ALTER COLUMN destination SET NOT NULL, ALTER COLUMN addresses SET NOT NULL;
CREATE INDEX agency_submits_parts ON agency_submits (system_id, destination, reference) WHERE payload IS NOT NULL;
TRUNCATE ussd_requests;
ALTER TABLE ussd_requests DROP CONSTRAINT ussd_requests_pkey, DROP COLUMN number_index, DROP COLUMN sealed,
    ADD COLUMN number text PRIMARY KEY, ADD COLUMN page text NOT NULL;
ALTER TABLE mt_receipts DROP COLUMN destination_index;
ALTER TABLE sms_quarantine DROP COLUMN sealed;
DELETE FROM mo_parts;
ALTER TABLE mo_parts RENAME COLUMN sealed TO text;
ALTER TABLE mo_parts DROP COLUMN source_index, DROP COLUMN digest, ADD PRIMARY KEY (link, source, destination, reference, total, part);
ALTER TABLE mo_messages DROP COLUMN source_index;
ALTER TABLE mo_messages RENAME COLUMN sealed TO text;
ALTER TABLE mo_messages ALTER COLUMN text DROP DEFAULT;
ALTER TABLE mo_messages ALTER COLUMN text TYPE text USING '';
CREATE INDEX mo_messages_source ON mo_messages (source, received_at);
ALTER TABLE mt_messages DROP COLUMN destination_index, RESET (fillfactor);
ALTER TABLE mt_messages RENAME COLUMN sealed TO text;
ALTER TABLE mt_messages ALTER COLUMN text DROP DEFAULT;
ALTER TABLE mt_messages ALTER COLUMN text TYPE text USING '';
CREATE INDEX mt_messages_destination ON mt_messages (destination, id);
CREATE INDEX mt_messages_secret ON mt_messages (id) WHERE lane = 'otp' AND text <> '';

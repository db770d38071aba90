-- +goose Up

-- Data keys, wrapped by a master key outside the database: one for each interaction, one for each case, one for each agent's
-- answers. They stand apart from what they seal, so that a backup can leave them out: a key that is destroyed here, and whose
-- backups have aged out, opens no backup of the rest.
CREATE TABLE data_keys (
    kind     "char" NOT NULL CHECK (kind IN ('i', 'c', 'a')), -- interaction, case, agent
    owner_id bigint NOT NULL,
    wrapped  bytea NOT NULL,
    PRIMARY KEY (kind, owner_id)
);
ALTER TABLE data_keys SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);

-- Answers to commands hold cases and contacts. A page asks for one again within minutes.
DELETE FROM commands WHERE at < now() - interval '1 hour';
UPDATE commands SET result = 'null';
ALTER TABLE commands ALTER COLUMN result DROP NOT NULL, ADD COLUMN sealed bytea;

-- Plain columns stay for what an older version wrote: the process that migrates seals it, for it has the keys, and empties them.
ALTER TABLE interactions
    ALTER COLUMN number DROP NOT NULL,
    ADD COLUMN number_index  bytea,          -- blind index of the E.164 number; NULL when withheld
    ADD COLUMN sealed_number bytea;          -- NULL when withheld
DROP INDEX interactions_number, interactions_open_sms, interactions_open_ussd;
CREATE INDEX interactions_number ON interactions (number_index, id DESC);
CREATE UNIQUE INDEX interactions_open_sms ON interactions (number_index) WHERE channel = 'sms' AND ended_at IS NULL;
CREATE UNIQUE INDEX interactions_open_ussd ON interactions (number_index) WHERE channel = 'ussd' AND ended_at IS NULL;
CREATE INDEX interactions_plain ON interactions (id) WHERE number IS NOT NULL; -- empty once all are sealed

ALTER TABLE entries ALTER COLUMN body DROP NOT NULL, ADD COLUMN sealed bytea;
ALTER TABLE sessions ALTER COLUMN state DROP NOT NULL, ADD COLUMN sealed bytea;
ALTER TABLE contacts ALTER COLUMN context DROP NOT NULL, ALTER COLUMN context DROP DEFAULT, ADD COLUMN sealed_context bytea;

ALTER TABLE cases
    ALTER COLUMN contact DROP NOT NULL, ALTER COLUMN contact DROP DEFAULT, ALTER COLUMN subject DROP NOT NULL,
    ADD COLUMN contact_index bytea,          -- blind index of the number on which it was opened; NULL when there is none
    ADD COLUMN sealed        bytea;          -- that number and the subject
DROP INDEX cases_contact;
CREATE INDEX cases_contact ON cases (contact_index, opened_at DESC);
CREATE INDEX cases_plain ON cases (id) WHERE subject IS NOT NULL;
ALTER TABLE case_moves ALTER COLUMN why DROP NOT NULL, ALTER COLUMN told DROP NOT NULL, ALTER COLUMN told DROP DEFAULT, ADD COLUMN sealed bytea;

-- An event of the transcript names its line; the text stands in the transcript alone.
UPDATE stream_events SET payload = payload - 'body' WHERE kind = 'entry';

-- +goose Down
-- What is sealed cannot be opened here: interactions, transcripts and cases are lost, and with them what hangs on them.
TRUNCATE interactions, entries, interaction_cases, sessions, calls, legs, call_orders, contacts, offers, commands, stream_events, cases, case_moves;
ALTER TABLE case_moves DROP COLUMN sealed, ALTER COLUMN why SET NOT NULL, ALTER COLUMN told SET NOT NULL, ALTER COLUMN told SET DEFAULT '';
DROP INDEX cases_plain, cases_contact;
ALTER TABLE cases DROP COLUMN contact_index, DROP COLUMN sealed,
    ALTER COLUMN contact SET NOT NULL, ALTER COLUMN contact SET DEFAULT '', ALTER COLUMN subject SET NOT NULL;
CREATE INDEX cases_contact ON cases (contact, opened_at DESC);
ALTER TABLE commands DROP COLUMN sealed, ALTER COLUMN result SET NOT NULL;
ALTER TABLE contacts DROP COLUMN sealed_context, ALTER COLUMN context SET NOT NULL, ALTER COLUMN context SET DEFAULT '{}';
ALTER TABLE sessions DROP COLUMN sealed, ALTER COLUMN state SET NOT NULL;
ALTER TABLE entries DROP COLUMN sealed, ALTER COLUMN body SET NOT NULL;
DROP INDEX interactions_plain, interactions_open_ussd, interactions_open_sms, interactions_number;
ALTER TABLE interactions DROP COLUMN number_index, DROP COLUMN sealed_number, ALTER COLUMN number SET NOT NULL;
CREATE INDEX interactions_number ON interactions (number, id DESC);
CREATE UNIQUE INDEX interactions_open_sms ON interactions (number) WHERE channel = 'sms' AND ended_at IS NULL;
CREATE UNIQUE INDEX interactions_open_ussd ON interactions (number) WHERE channel = 'ussd' AND ended_at IS NULL;
DROP TABLE data_keys;

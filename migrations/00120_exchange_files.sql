-- +goose Up

-- An agency without a service exchanges files: its endpoint is a folder, here or behind SFTP.
ALTER TABLE exchange_endpoints
    ADD COLUMN manner text NOT NULL DEFAULT 'webhook' CHECK (manner IN ('webhook', 'files')),
    ADD COLUMN every interval NOT NULL DEFAULT '1 minute',     -- how long a delivery waits for others to share its file
    ADD COLUMN known_hosts text NOT NULL DEFAULT '';           -- of an SFTP server, in the form of OpenSSH

-- What was written for an agency. The numbers of an agency's files have no gaps.
CREATE TABLE exchange_files (
    agency     text NOT NULL REFERENCES agencies,
    sequence   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    written_at timestamptz,                                    -- NULL: it lies in no folder yet, or nobody knows whether it does
    PRIMARY KEY (agency, sequence)
);
CREATE INDEX exchange_files_unwritten ON exchange_files (agency, sequence) WHERE written_at IS NULL;

ALTER TABLE exchange_deliveries ADD COLUMN file bigint;        -- the newest file of the agency that has it
CREATE INDEX exchange_deliveries_file ON exchange_deliveries (agency, file) WHERE file IS NOT NULL;
CREATE INDEX exchange_deliveries_agency_waiting ON exchange_deliveries (agency, id) WHERE state = 'waiting';

-- +goose Down
DROP INDEX exchange_deliveries_agency_waiting;
DROP INDEX exchange_deliveries_file;
ALTER TABLE exchange_deliveries DROP COLUMN file;
DROP TABLE exchange_files;
ALTER TABLE exchange_endpoints DROP COLUMN manner, DROP COLUMN every, DROP COLUMN known_hosts;

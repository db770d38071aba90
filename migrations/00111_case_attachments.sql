-- +goose Up

-- Files of cases. Their content lies outside the rows (attachments.dir), sealed under the case's data key.
CREATE TABLE case_attachments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    bigint NOT NULL REFERENCES cases,
    file       text NOT NULL UNIQUE,                 -- its name among the files, random
    sealed     bytea NOT NULL,                       -- the name that whoever attached it gave it
    media_type text NOT NULL,                        -- by its content
    size       bigint NOT NULL CHECK (size > 0),     -- bytes of the content
    hash       bytea NOT NULL,                       -- SHA-256 of the sealed file
    by         text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX case_attachments_case ON case_attachments (case_id, id);

-- +goose Down
DROP TABLE case_attachments;

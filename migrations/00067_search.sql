-- +goose Up

-- What is searched for without being read: for a citizen the beginnings of the names, for a case the stems of its subject, each as 64 bits of
-- a keyed MAC. key_id is the master key that made them.
CREATE TABLE search_documents (
    kind     "char" NOT NULL CHECK (kind IN ('z', 'c')), -- citizen, case
    owner_id bigint NOT NULL,
    key_id   text NOT NULL,
    tokens   bigint[] NOT NULL,
    PRIMARY KEY (kind, owner_id)
);
CREATE INDEX search_documents_tokens ON search_documents USING gin (tokens);

-- +goose Down
DROP TABLE search_documents;

-- +goose Up

-- Which line of which register became which case: a register that is taken over again adds what is new.
CREATE TABLE case_imports (
    source  text NOT NULL,
    key     text NOT NULL,                 -- the register's own
    case_id bigint NOT NULL REFERENCES cases,
    PRIMARY KEY (source, key)
);
CREATE INDEX case_imports_case ON case_imports (case_id);

-- +goose Down
DROP TABLE case_imports;

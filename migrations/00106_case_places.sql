-- +goose Up

-- A place in a long queue, a kindergarten's or of an operation that is waited for, is a case of its own; its agency reports how far it has come.
ALTER TABLE cases DROP CONSTRAINT cases_kind_check,
    ADD CONSTRAINT cases_kind_check CHECK (kind IN ('application', 'appeal', 'inquiry', 'callback', 'appointment', 'queue_place'));

CREATE TABLE case_places (
    case_id  bigint NOT NULL REFERENCES cases,
    sequence bigint NOT NULL,              -- of the agency's event
    at       timestamptz NOT NULL,         -- by the agency's clock
    place    int NOT NULL CHECK (place > 0),
    PRIMARY KEY (case_id, sequence)
);

-- +goose Down
DROP TABLE case_places;
DELETE FROM cases WHERE kind = 'queue_place';
ALTER TABLE cases DROP CONSTRAINT cases_kind_check,
    ADD CONSTRAINT cases_kind_check CHECK (kind IN ('application', 'appeal', 'inquiry', 'callback', 'appointment'));

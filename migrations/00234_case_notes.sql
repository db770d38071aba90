-- +goose Up
-- What colleagues note about a case, beside its moves. It goes with the citizen's erasure as the words of moves do.
CREATE TABLE case_notes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES cases,
    at      timestamptz NOT NULL DEFAULT now(),
    by      text NOT NULL,            -- "agent:7"
    sealed  bytea                     -- under the key of the case
);
CREATE INDEX case_notes_case ON case_notes (case_id, id);

-- +goose Down
DROP TABLE case_notes;

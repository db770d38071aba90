-- +goose Up
-- What colleagues write to each other at their desks. The text is sealed under the data key of the one to whom it goes.
CREATE TABLE memos (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_agent bigint NOT NULL REFERENCES agents,
    to_agent   bigint NOT NULL REFERENCES agents,
    at         timestamptz NOT NULL DEFAULT now(),
    interaction_id bigint,               -- of the contact, or
    case_id    bigint,                   -- the case, in whose note the colleague was named: it is erased with the citizen
    sealed     bytea NOT NULL,
    read_at    timestamptz
);
CREATE INDEX memos_to ON memos (to_agent, id DESC);
CREATE INDEX memos_from ON memos (from_agent, id DESC);
CREATE INDEX memos_unread ON memos (to_agent) WHERE read_at IS NULL;
CREATE INDEX memos_interaction ON memos (interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX memos_case ON memos (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX memos_at ON memos (at);

-- +goose Down
DROP TABLE memos;

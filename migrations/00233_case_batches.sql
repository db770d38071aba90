-- +goose Up
-- Cases that an agent moves together. They move ten seconds after the order, unless the agent takes it back.
CREATE TABLE case_batches (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id bigint NOT NULL REFERENCES agents,
    at       timestamptz NOT NULL DEFAULT now(),
    due_at   timestamptz NOT NULL,
    state    text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'moving', 'done', 'undone')),
    to_state text NOT NULL,
    numbers  text[] NOT NULL,             -- of the cases
    "from"   text[] NOT NULL,             -- the state in which the agent saw each
    results  jsonb NOT NULL DEFAULT '{}', -- by number: '' of a case that was moved, else why it was not
    sealed   bytea                        -- the reason, under the agent's key
);
CREATE INDEX case_batches_agent ON case_batches (agent_id, id DESC);
CREATE INDEX case_batches_at ON case_batches (at);

-- +goose Down
DROP TABLE case_batches;

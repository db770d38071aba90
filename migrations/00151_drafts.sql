-- +goose Up

-- What an agent has written in a contact, and neither sent nor filed. Sealed under the interaction's data key.
CREATE TABLE drafts (
    contact_id     bigint NOT NULL REFERENCES contacts,
    agent_id       bigint NOT NULL REFERENCES agents,
    field          text NOT NULL CHECK (field IN ('reply', 'note', 'case', 'wrap_up')),
    interaction_id bigint NOT NULL,
    sealed         bytea NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (contact_id, agent_id, field)
);
CREATE INDEX drafts_interaction ON drafts (interaction_id);

-- +goose Down
DROP TABLE drafts;

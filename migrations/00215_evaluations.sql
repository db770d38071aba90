-- +goose Up

-- The forms by which contacts are evaluated. A form that was ended stays, with its versions: evaluations show what was asked.
CREATE TABLE evaluation_forms (
    name     text PRIMARY KEY,
    version  bigint NOT NULL DEFAULT 1, -- the newest
    ended_at timestamptz
);
CREATE TABLE evaluation_form_versions (
    form      text NOT NULL REFERENCES evaluation_forms,
    version   bigint NOT NULL,
    title     jsonb NOT NULL,     -- by language
    questions jsonb NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (form, version)
);

-- By which form the contacts of a queue are evaluated.
CREATE TABLE evaluation_queues (
    queue text PRIMARY KEY REFERENCES queues ON DELETE CASCADE,
    form  text NOT NULL REFERENCES evaluation_forms
);
CREATE INDEX evaluation_queues_form ON evaluation_queues (form);

-- What was written is sealed under the interaction's data key. The score stays when a citizen is erased.
CREATE TABLE evaluations (
    contact_id     bigint PRIMARY KEY REFERENCES contacts,
    interaction_id bigint NOT NULL,
    agent_id       bigint NOT NULL REFERENCES agents,
    by_agent       bigint NOT NULL REFERENCES agents CHECK (by_agent <> agent_id),
    at             timestamptz NOT NULL DEFAULT now(),
    form           text NOT NULL,
    version        bigint NOT NULL,
    score          smallint CHECK (score BETWEEN 0 AND 100), -- NULL: no question applied
    sealed         bytea,                                    -- answers and remarks; NULL: erased
    replied_at     timestamptz,
    agreed         boolean,
    sealed_reply   bytea,
    FOREIGN KEY (form, version) REFERENCES evaluation_form_versions (form, version)
);
CREATE INDEX evaluations_interaction ON evaluations (interaction_id);
CREATE INDEX evaluations_agent ON evaluations (agent_id, at);
CREATE INDEX evaluations_at ON evaluations (at);

-- +goose Down
DROP TABLE evaluations, evaluation_queues, evaluation_form_versions, evaluation_forms;

-- +goose Up

-- Whether a wrap-up ends with an outcome only, NULL: the house's; and whether the page accepts offers of the queue by itself.
ALTER TABLE queues
    ADD COLUMN disposition text CHECK (disposition IN ('required', 'optional')),
    ADD COLUMN auto_accept boolean NOT NULL DEFAULT false;

-- How long a pause may last by the agent's role and the reason. What is not here may last for any time.
CREATE TABLE pause_limits (
    role    text NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator', 'auditor')),
    reason  text NOT NULL,
    seconds int NOT NULL CHECK (seconds BETWEEN 60 AND 28800),
    PRIMARY KEY (role, reason)
);

-- +goose Down
DROP TABLE pause_limits;
ALTER TABLE queues DROP COLUMN disposition, DROP COLUMN auto_accept;

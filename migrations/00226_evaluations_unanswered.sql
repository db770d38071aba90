-- +goose Up
CREATE INDEX evaluations_unanswered ON evaluations (agent_id) WHERE replied_at IS NULL AND sealed IS NOT NULL;

-- +goose Down
DROP INDEX evaluations_unanswered;

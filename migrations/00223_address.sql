-- +goose Up

-- So long whoever is on the line waits for the one agent to whom the contact is addressed; NULL: the house's.
ALTER TABLE queues ADD COLUMN address_seconds int;

-- What waits for an agent stands on the agent's desk. prefers is the agent to whom a contact is addressed, until prefers_until.
CREATE INDEX contacts_prefers ON contacts (prefers) WHERE state = 'waiting' AND prefers IS NOT NULL;

-- +goose Down
DROP INDEX contacts_prefers;
ALTER TABLE queues DROP COLUMN address_seconds;

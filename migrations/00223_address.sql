-- +goose Up

-- The agent who knows a citizen was asked first: that is one case of a contact that is addressed to an agent now.
ALTER TABLE contacts RENAME COLUMN prefers TO addressed_to;
ALTER TABLE contacts RENAME COLUMN prefers_until TO addressed_until;

-- So long whoever is on the line waits for the one agent to whom the contact is addressed; NULL: the house's.
ALTER TABLE queues ADD COLUMN address_seconds int;

-- What waits for an agent stands on the agent's desk.
CREATE INDEX contacts_addressed ON contacts (addressed_to) WHERE state = 'waiting' AND addressed_to IS NOT NULL;

-- +goose Down
DROP INDEX contacts_addressed;
ALTER TABLE queues DROP COLUMN address_seconds;
ALTER TABLE contacts RENAME COLUMN addressed_until TO prefers_until;
ALTER TABLE contacts RENAME COLUMN addressed_to TO prefers;

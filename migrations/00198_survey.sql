-- +goose Up

-- Whether callers are asked after a talk how they were served, and what they say: 1 (badly) to 5.
ALTER TABLE queues ADD COLUMN survey boolean NOT NULL DEFAULT false;
ALTER TABLE contacts ADD COLUMN mark smallint CHECK (mark BETWEEN 1 AND 5);

-- +goose Down
ALTER TABLE contacts DROP COLUMN mark;
ALTER TABLE queues DROP COLUMN survey;

-- +goose Up

-- Which agent a contact of a queue is offered to, NULL: the house's; and the skills that it wants, each with a level, which may be relaxed.
ALTER TABLE queues
    ADD COLUMN strategy text CHECK (strategy IN ('longest_idle', 'least_occupied', 'round_robin', 'linear')),
    ADD COLUMN line text[],                                     -- of strategy linear: logins, who is asked first in front
    ADD COLUMN skills jsonb;                                    -- acd.Skill by name

ALTER TABLE agents
    ADD COLUMN skills jsonb NOT NULL DEFAULT '{}',              -- levels by name
    ADD COLUMN offered_at timestamptz NOT NULL DEFAULT '0001-01-01'; -- the last offer that the distribution made

-- +goose Down
ALTER TABLE agents DROP COLUMN skills, DROP COLUMN offered_at;
ALTER TABLE queues DROP COLUMN strategy, DROP COLUMN line, DROP COLUMN skills;

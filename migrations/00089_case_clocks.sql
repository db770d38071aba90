-- +goose Up

-- Rules by which cases are answered in time, in all their versions: the newest counts.
CREATE TABLE case_rules (
    version    int PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    by         text NOT NULL,
    why        text NOT NULL DEFAULT '',
    definition jsonb NOT NULL              -- cases.RuleFile
);

ALTER TABLE cases
    ADD COLUMN priority      int NOT NULL DEFAULT 0,
    ADD COLUMN queue         text REFERENCES queues,    -- whose agents answer it
    ADD COLUMN assignee      bigint REFERENCES agents,
    ADD COLUMN clocked       boolean NOT NULL DEFAULT false, -- the times below are those of its history and the rules
    ADD COLUMN began_at      timestamptz,  -- the last opening
    ADD COLUMN responded_at  timestamptz,  -- the first answer since
    ADD COLUMN first_due_at  timestamptz,
    ADD COLUMN due_at        timestamptz,  -- NULL: settled, the citizen is awaited, or there is no rule
    ADD COLUMN due_by_clock  boolean NOT NULL DEFAULT false, -- due_on is the day of due_at, and nobody has said another
    ADD COLUMN escalates_at  timestamptz,
    ADD COLUMN clock_problem text;         -- why nobody can tell the times: a year that the calendar lacks
UPDATE cases SET clocked = true WHERE state IN ('closed', 'rejected', 'withdrawn');
CREATE INDEX cases_unclocked ON cases (id) WHERE NOT clocked;
CREATE INDEX cases_escalate ON cases (escalates_at) WHERE escalates_at IS NOT NULL;
CREATE INDEX cases_due ON cases (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX cases_assignee ON cases (assignee, id) WHERE assignee IS NOT NULL;

-- What escalated: each level once since a case was opened, or opened anew.
CREATE TABLE case_escalations (
    case_id  bigint NOT NULL,
    began_at timestamptz NOT NULL,
    level    int NOT NULL,
    did      text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (case_id, began_at, level)
);

-- +goose Down
DROP TABLE case_escalations;
ALTER TABLE cases DROP COLUMN priority, DROP COLUMN queue, DROP COLUMN assignee, DROP COLUMN clocked, DROP COLUMN began_at, DROP COLUMN responded_at,
    DROP COLUMN first_due_at, DROP COLUMN due_at, DROP COLUMN due_by_clock, DROP COLUMN escalates_at, DROP COLUMN clock_problem;
DROP TABLE case_rules;

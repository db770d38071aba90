-- +goose Up

-- Where a dialogue waits for the citizen: the funnel of reports counts it. With the version, because nodes are named in it.
ALTER TABLE interactions ADD COLUMN dialogue text; -- NULL: of before, or of no dialogue
ALTER TABLE entries ADD COLUMN node text;          -- on the last line that Okno says before it waits, or ends

-- +goose Down
ALTER TABLE entries DROP COLUMN node;
ALTER TABLE interactions DROP COLUMN dialogue;

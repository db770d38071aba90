-- +goose Up

-- Business calendars in all their versions: which holidays were known when a term was counted can be shown.
CREATE TABLE calendar_versions (
    name       text NOT NULL,
    version    int NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    by         text NOT NULL,
    why        text NOT NULL DEFAULT '',
    definition jsonb NOT NULL,             -- calendar.Entry
    PRIMARY KEY (name, version)
);
CREATE TABLE calendars (
    name       text PRIMARY KEY,
    version    int NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    FOREIGN KEY (name, version) REFERENCES calendar_versions (name, version)
);
CREATE UNIQUE INDEX calendars_default ON calendars (is_default) WHERE is_default;
ALTER TABLE agencies ADD COLUMN calendar text REFERENCES calendars; -- NULL: the default

-- +goose Down
ALTER TABLE agencies DROP COLUMN calendar;
DROP TABLE calendars;
DROP TABLE calendar_versions;

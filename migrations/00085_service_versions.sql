-- +goose Up

-- A service is its versions: what was told on a day stays to be read, with who changed it and why.
CREATE TABLE service_versions (
    service     text NOT NULL,
    version     int NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    by          text NOT NULL,             -- "agent:7", "cli:anna"
    why         text NOT NULL DEFAULT '',
    category    text NOT NULL,
    agency      text NOT NULL REFERENCES agencies,
    stage       int NOT NULL CHECK (stage BETWEEN 1 AND 5),
    owner       text NOT NULL,
    valid_from  date NOT NULL,
    valid_until date NOT NULL,
    review_by   date NOT NULL,
    sample      boolean NOT NULL DEFAULT false,
    texts       jsonb NOT NULL,            -- by language
    PRIMARY KEY (service, version)
);
INSERT INTO service_versions (service, version, at, by, why, category, agency, stage, owner, valid_from, valid_until, review_by, sample, texts)
SELECT s.code, s.version, s.updated_at, 'okno', 'kept before versions were', s.category, s.agency, s.stage, s.owner, s.valid_from, s.valid_until,
       s.review_by, s.sample,
       (SELECT coalesce(jsonb_object_agg(t.language, to_jsonb(t) - 'service' - 'language'), '{}') FROM service_texts t WHERE t.service = s.code)
FROM services s;
DROP TABLE service_texts;
ALTER TABLE services
    DROP CONSTRAINT services_code_check, ADD CHECK (code ~ '^[0-9]{3,4}$'),
    DROP COLUMN category, DROP COLUMN agency, DROP COLUMN stage, DROP COLUMN owner, DROP COLUMN valid_from, DROP COLUMN valid_until,
    DROP COLUMN review_by, DROP COLUMN sample, DROP COLUMN updated_at;
ALTER TABLE services ADD FOREIGN KEY (code, version) REFERENCES service_versions (service, version) DEFERRABLE INITIALLY DEFERRED;

-- What citizens ask the catalogue for, each time: the order of answers follows it, and what nothing answers shows.
CREATE TABLE service_asks (
    at             timestamptz NOT NULL DEFAULT now(),
    interaction_id bigint NOT NULL,
    channel        text NOT NULL,
    language       text NOT NULL,
    service        text,                   -- NULL: nothing answered
    query_index    bytea,                  -- of a question in vain: a blind index of its words
    sealed         bytea                   -- and the words, under the interaction's key
);
CREATE INDEX service_asks_at ON service_asks (at);
CREATE INDEX service_asks_interaction ON service_asks (interaction_id);

-- How often each service was asked for, by day.
CREATE TABLE service_days (
    day      timestamptz NOT NULL,         -- its beginning in UTC
    service  text NOT NULL,
    channel  text NOT NULL,
    language text NOT NULL,
    times    bigint NOT NULL,
    PRIMARY KEY (day, service, channel, language)
);

-- +goose Down
DROP TABLE service_days;
DROP TABLE service_asks;
ALTER TABLE services
    DROP CONSTRAINT services_code_version_fkey,
    ADD COLUMN category text, ADD COLUMN agency text REFERENCES agencies, ADD COLUMN stage int, ADD COLUMN owner text,
    ADD COLUMN valid_from date, ADD COLUMN valid_until date, ADD COLUMN review_by date, ADD COLUMN sample boolean NOT NULL DEFAULT false,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
UPDATE services s SET category = v.category, agency = v.agency, stage = v.stage, owner = v.owner, valid_from = v.valid_from,
    valid_until = v.valid_until, review_by = v.review_by, sample = v.sample, updated_at = v.at
FROM service_versions v WHERE v.service = s.code AND v.version = s.version;
CREATE TABLE service_texts (
    service   text NOT NULL REFERENCES services ON DELETE CASCADE,
    language  text NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    name text NOT NULL, title text NOT NULL, short text NOT NULL, spoken text NOT NULL, documents text NOT NULL, fee text NOT NULL,
    term text NOT NULL, place text NOT NULL, keywords text[] NOT NULL,
    PRIMARY KEY (service, language)
);
INSERT INTO service_texts
SELECT s.code, t.key, t.value->>'name', t.value->>'title', t.value->>'short', t.value->>'spoken', t.value->>'documents', t.value->>'fee',
       t.value->>'term', t.value->>'place', ARRAY(SELECT jsonb_array_elements_text(t.value->'keywords'))
FROM services s JOIN service_versions v ON v.service = s.code AND v.version = s.version, jsonb_each(v.texts) t;
DROP TABLE service_versions;

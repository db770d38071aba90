-- +goose Up

CREATE TABLE agencies (
    code text PRIMARY KEY,
    name jsonb NOT NULL  -- by language
);

-- An entry of the catalogue. Nothing outside its validity is ever spoken or sent.
CREATE TABLE services (
    code        text PRIMARY KEY CHECK (code ~ '^[0-9]{3}$'),
    category    text NOT NULL,
    agency      text NOT NULL REFERENCES agencies,
    stage       int NOT NULL CHECK (stage BETWEEN 1 AND 5),
    owner       text NOT NULL,
    valid_from  date NOT NULL,
    valid_until date NOT NULL,
    review_by   date NOT NULL,
    sample      boolean NOT NULL DEFAULT false,
    version     int NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE service_texts (
    service   text NOT NULL REFERENCES services ON DELETE CASCADE,
    language  text NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    name      text NOT NULL,
    title     text NOT NULL,             -- in lists
    short     text NOT NULL,             -- by SMS, at most two segments with the code
    spoken    text NOT NULL,             -- by phone, in full
    documents text NOT NULL,
    fee       text NOT NULL,
    term      text NOT NULL,
    place     text NOT NULL,
    keywords  text[] NOT NULL,
    PRIMARY KEY (service, language)
);

-- +goose Down
DROP TABLE service_texts;
DROP TABLE services;
DROP TABLE agencies;

-- +goose Up

-- How often a password was guessed, per account and per address, on all nodes together. Names and addresses are hashed: they are
-- of anybody's choice, in length as well.
CREATE TABLE guesses (
    way      text NOT NULL,              -- desk, gateway
    kind     text NOT NULL CHECK (kind IN ('account', 'address', 'known', 'refusal')),
    subject  bytea NOT NULL,             -- SHA-256
    failures int NOT NULL DEFAULT 0,
    last_at  timestamptz NOT NULL DEFAULT now(),
    told     boolean NOT NULL DEFAULT false,  -- the journal has this episode
    PRIMARY KEY (way, kind, subject)
);
CREATE INDEX guesses_last ON guesses (last_at);

-- Addresses and browsers from which an account's owner has logged in: whoever guesses elsewhere does not keep the owner out.
CREATE TABLE known_ways (
    way     text NOT NULL,
    account bytea NOT NULL,              -- SHA-256 of its name
    mark    bytea NOT NULL,              -- SHA-256 of an address, or of a browser's token
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (way, account, mark)
);
CREATE INDEX known_ways_last ON known_ways (last_at);

-- +goose Down
DROP TABLE known_ways;
DROP TABLE guesses;

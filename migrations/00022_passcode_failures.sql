-- +goose Up

-- Wrong answers to the passwords of a number and purpose, over all codes: a new code does not begin anew (NIST SP 800-63B-4
-- §3.1.3). A right answer ends the count.
CREATE TABLE passcode_failures (
    number   text NOT NULL,              -- E.164
    purpose  text NOT NULL,
    failures int NOT NULL,
    last_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, purpose)
);

-- +goose Down
DROP TABLE passcode_failures;

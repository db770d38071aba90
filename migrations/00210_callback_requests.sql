-- +goose Up

-- The callbacks that callers asked for while Okno was away. An Asterisk has kept them, and tells of each until it hears that it was taken.
CREATE TABLE callback_requests (
    asterisk text NOT NULL,
    request text NOT NULL,
    asked_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (asterisk, request)
);
CREATE INDEX callback_requests_taken ON callback_requests (taken_at);

-- +goose Down
DROP TABLE callback_requests;

-- +goose Up

-- What each phone asked last by USSD, and the page that it got: the SMSC asks again where our acknowledgement was lost.
CREATE TABLE ussd_requests (
    number      text PRIMARY KEY,        -- E.164
    bind        text NOT NULL,           -- that it came over last
    fingerprint bytea NOT NULL,          -- of what a redelivery repeats
    received_at timestamptz NOT NULL,    -- when it came last
    page        text NOT NULL,
    last        boolean NOT NULL
);
CREATE INDEX ussd_requests_received ON ussd_requests (received_at);

-- +goose Down
DROP TABLE ussd_requests;

-- +goose Up

ALTER TABLE interactions DROP CONSTRAINT interactions_channel_check;
ALTER TABLE interactions ADD CONSTRAINT interactions_channel_check CHECK (channel IN ('voice', 'sms', 'ussd'));
-- One open USSD session a number.
CREATE UNIQUE INDEX interactions_open_ussd ON interactions (number) WHERE channel = 'ussd' AND ended_at IS NULL;

-- +goose Down
DROP INDEX interactions_open_ussd;
ALTER TABLE interactions DROP CONSTRAINT interactions_channel_check;
ALTER TABLE interactions ADD CONSTRAINT interactions_channel_check CHECK (channel IN ('voice', 'sms'));

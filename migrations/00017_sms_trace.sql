-- +goose Up

-- What was sent to a number: for a STOP, and for whoever asks what became of it.
CREATE INDEX mt_messages_destination ON mt_messages (destination, id);
DROP INDEX mt_messages_notice;

-- +goose Down
CREATE INDEX mt_messages_notice ON mt_messages (destination) WHERE lane = 'notice';
DROP INDEX mt_messages_destination;

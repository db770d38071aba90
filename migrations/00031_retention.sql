-- +goose Up

-- Ways to what is over, for the sweeper (internal/retention). Tables whose ids grow with time are read from their oldest id, and
-- need none: an index costs every message that is written.
CREATE INDEX stream_events_at ON stream_events (at);
CREATE INDEX commands_at ON commands (at);
CREATE INDEX passcode_failures_last ON passcode_failures (last_at);
CREATE INDEX logins_expiry ON logins (expires_at);
CREATE INDEX sms_binds_began ON sms_binds (began_at);
CREATE INDEX bindings_ended ON bindings (ended_at) WHERE ended_at IS NOT NULL;

-- For the checks of foreign keys when a message or a contact goes.
CREATE INDEX mo_parts_mo ON mo_parts (mo_id) WHERE mo_id IS NOT NULL;

-- +goose Down
DROP INDEX mo_parts_mo;
DROP INDEX bindings_ended;
DROP INDEX sms_binds_began;
DROP INDEX passcode_failures_last;
DROP INDEX logins_expiry;
DROP INDEX commands_at;
DROP INDEX stream_events_at;

-- +goose Up

-- A case has one place at a time. Of two moves at once, the one that came second could leave the place of the first behind: it goes.
UPDATE appointments a SET state = 'moved', until = NULL
WHERE state IN ('held', 'booked') AND EXISTS (SELECT FROM appointments b WHERE b.case_id = a.case_id AND b.state IN ('held', 'booked') AND b.id > a.id);
CREATE UNIQUE INDEX appointments_case_live ON appointments (case_id) WHERE state IN ('held', 'booked');

-- A client pages through the appointments that it booked, by their last change.
CREATE INDEX cases_client_appointments ON cases (client, updated_at, id) WHERE client IS NOT NULL AND kind = 'appointment';

-- +goose Down
DROP INDEX cases_client_appointments;
DROP INDEX appointments_case_live;

-- +goose Up

-- How a leg of a talk sounded, as its RTP tells: NULL of one that was not in a talk, or of which nothing is known.
ALTER TABLE legs
    ADD COLUMN mos           real CHECK (mos BETWEEN 1 AND 4.5),       -- estimated, of the whole leg
    ADD COLUMN worst_mos     real CHECK (worst_mos BETWEEN 1 AND 4.5), -- of its worst moment
    ADD COLUMN poor          boolean NOT NULL DEFAULT false,           -- it is now
    ADD COLUMN received      int,                                      -- packets
    ADD COLUMN lost          int,
    ADD COLUMN jitter_ms     real,
    ADD COLUMN sent          int,
    ADD COLUMN sent_lost     int,                                      -- NULL: the far end does not report
    ADD COLUMN round_trip_ms real;                                     -- likewise

-- +goose Down
ALTER TABLE legs
    DROP COLUMN mos, DROP COLUMN worst_mos, DROP COLUMN poor, DROP COLUMN received, DROP COLUMN lost, DROP COLUMN jitter_ms,
    DROP COLUMN sent, DROP COLUMN sent_lost, DROP COLUMN round_trip_ms;

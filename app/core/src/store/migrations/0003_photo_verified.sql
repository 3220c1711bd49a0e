-- The day on which the server said that it has a photo for good. What was verified before counts from when it was taken.
ALTER TABLE photo ADD COLUMN verified_on INTEGER;
UPDATE photo SET verified_on = CAST(julianday(substr(taken, 1, 10)) - 2440587.5 AS INTEGER) WHERE state = 'verified';
CREATE INDEX photo_verified ON photo (verified_on) WHERE state = 'verified';

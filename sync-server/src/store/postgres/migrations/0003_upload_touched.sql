-- The day of an upload's last byte, so that abandoned ones can be found. What was begun before counts from its beginning.
ALTER TABLE upload ADD COLUMN touched bigint NOT NULL DEFAULT 0;
UPDATE upload SET touched = (begun + 28800000) / 86400000;
CREATE INDEX upload_by_touched ON upload (touched);

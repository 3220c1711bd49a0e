-- Where reviews lie, to list what waits in an area. `place` is `open:` or `done:` and the shelf; of those filed before
-- this table was there, the order is that of their numbers, which are far smaller than any moment.
CREATE TABLE review (
  "row" bytea PRIMARY KEY,
  place text COLLATE "C" NOT NULL,
  since bigint NOT NULL
);
CREATE INDEX review_by_place ON review (place);
INSERT INTO review ("row", place, since)
  SELECT id, CASE (doc::json -> 'fields' ->> 'status') WHEN 'open' THEN 'open:' ELSE 'done:' END || coalesce(shelf, ''), seq
  FROM record WHERE kind = 'review';

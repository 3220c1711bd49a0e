-- The words of docs/glossary.md: tables, columns and indexes are named as the code names them. No row changes.
ALTER TABLE gone RENAME TO tombstone;
ALTER TABLE shelf_digest RENAME TO area_feed_digest;
ALTER TABLE care RENAME TO care_grant;
ALTER TABLE once RENAME TO daily_count;
ALTER TABLE standing RENAME TO open_count;
ALTER TABLE review RENAME TO review_index;
ALTER TABLE photo RENAME TO photo_ref;
ALTER TABLE record RENAME COLUMN keeper TO owner;
ALTER TABLE record RENAME COLUMN shelf TO area_feed;
ALTER TABLE tombstone RENAME COLUMN shelf TO area_feed;
ALTER TABLE area_feed_digest RENAME COLUMN shelf TO area_feed;
ALTER TABLE open_count RENAME COLUMN shelf TO area_feed;
ALTER TABLE daily_count RENAME COLUMN refs TO contributions;
-- SQLite cannot rename an index.
DROP INDEX record_by_shelf;
DROP INDEX gone_by_age;
DROP INDEX gone_by_seq;
DROP INDEX care_by_worker;
DROP INDEX care_by_recipient;
DROP INDEX review_by_place;
DROP INDEX photo_by_sha256;
CREATE INDEX record_by_area_feed ON record (area_feed) WHERE area_feed IS NOT NULL;
CREATE INDEX tombstone_by_age ON tombstone (seq);
CREATE INDEX tombstone_by_seq ON tombstone (area_feed, seq);
CREATE INDEX care_grant_by_worker ON care_grant (worker, recipient);
CREATE INDEX care_grant_by_recipient ON care_grant (recipient, worker);
CREATE INDEX review_index_by_place ON review_index (place);
CREATE INDEX photo_ref_by_sha256 ON photo_ref (sha256);

-- Columns, tables and keys under the names that the code uses, and one row per record: an id is unique again. The index over
-- (id, rev) stays, so that a scope is compared with the server's without reading the records themselves.

-- Only the newest revision of a record that an earlier build stored twice.
DELETE FROM record WHERE EXISTS (SELECT 1 FROM record AS newer WHERE newer.id = record.id AND newer.rev > record.rev);

DROP INDEX record_by_id;
CREATE UNIQUE INDEX record_by_id ON record (id);
CREATE INDEX record_revs ON record (id, rev);

-- local_row: what screens show, the server's row with this device's pending operations replayed over it. server_row: the row
-- as the server sent it, where the two may differ; NULL where they are the same, '' where the server does not know the record.
ALTER TABLE record RENAME COLUMN doc TO local_row;
ALTER TABLE record RENAME COLUMN mirror TO server_row;

-- Rows that may have left every scope: each sweep evicts those that are in none and have nothing pending.
ALTER TABLE leaving RENAME TO pending_eviction;

ALTER TABLE carried RENAME TO relayed_bundle;
DROP INDEX carried_waiting;
CREATE INDEX relayed_bundle_waiting ON relayed_bundle (tries, id) WHERE verdict IS NULL AND error IS NULL;

DROP INDEX op_told;
CREATE INDEX op_with_outcome ON op (no) WHERE outcome IS NOT NULL;

UPDATE meta SET key = 'sign_key_sent' WHERE key = 'sign_key_told';
UPDATE meta SET key = 'inactivity' WHERE key = 'silence';
UPDATE meta SET key = 'settled_by_day' WHERE key = 'outbox_marks';
UPDATE meta SET key = 'minors_viewed' WHERE key = 'looked_at_minors';
UPDATE meta SET key = 'numbers_shown' WHERE key = 'shown_numbers';

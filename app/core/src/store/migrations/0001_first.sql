-- The device's store. Rows are kept as the wire's JSON, so that fields of a newer server survive; the columns beside
-- them are for finding.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;   -- values are JSON

-- One row per record. `doc` is what screens show: the mirror with this device's pending operations replayed over it.
-- `mirror` is the server's word where it may differ from `doc`: NULL where both are the same, '' where the server does
-- not know the record (as far as this device was told).
CREATE TABLE record (
  id        BLOB PRIMARY KEY,
  kind      TEXT NOT NULL,
  rev       INTEGER NOT NULL,        -- of the mirror; 0 while only this device knows it
  recipient BLOB,
  author    BLOB NOT NULL,
  day       INTEGER,                 -- days since 1970 in Shanghai, of what it counts for: a need's is when it was solved
  happened  INTEGER,                 -- UTC ms
  void      INTEGER NOT NULL DEFAULT 0,
  counts    INTEGER NOT NULL DEFAULT 1,   -- 0 while nothing but a refused or held creation stands behind it
  open      INTEGER NOT NULL DEFAULT 0,   -- 1 for a need that is not at its end
  doc       TEXT NOT NULL,
  mirror    TEXT
) WITHOUT ROWID;
CREATE INDEX record_by_recipient ON record (recipient, kind, happened);
CREATE INDEX record_by_author_day ON record (author, day);
CREATE INDEX record_by_kind ON record (kind, happened);
CREATE INDEX record_open ON record (recipient) WHERE open = 1;
CREATE INDEX record_pending ON record (id) WHERE mirror IS NOT NULL;

-- Which scope a mirrored row came with; a row in no scope is evicted once nothing about it is pending.
CREATE TABLE member (scope TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (scope, row)) WITHOUT ROWID;
CREATE INDEX member_by_row ON member (row);
CREATE TABLE cursor (scope TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
-- Rows that may have left every scope: looked at by each sweep until they are back in one or may go.
CREATE TABLE leaving (row BLOB PRIMARY KEY) WITHOUT ROWID;

-- Recipients for lists and search; derived from `record`.
CREATE TABLE roster (
  id           BLOB PRIMARY KEY,
  stamp        INTEGER NOT NULL,     -- grows with every change, so that a copy in memory reads only what is new
  name         TEXT NOT NULL,
  initials     TEXT NOT NULL,        -- pinyin initials, lower case
  category     TEXT NOT NULL,
  area         TEXT NOT NULL,
  household    BLOB,
  tags         TEXT NOT NULL,        -- JSON array
  active       INTEGER NOT NULL,
  mine         INTEGER NOT NULL,     -- 1 while in this worker's care
  since        INTEGER NOT NULL,     -- day the care began
  last_visit   INTEGER,              -- day, home visit with somebody met
  last_contact INTEGER,              -- day
  due_on       INTEGER               -- day, by the rule set in force
) WITHOUT ROWID;
CREATE INDEX roster_by_stamp ON roster (stamp);
CREATE INDEX roster_by_household ON roster (household) WHERE household IS NOT NULL;

-- Who cares for whom, from when to before when; derived from `record`.
CREATE TABLE pairing (
  id        BLOB PRIMARY KEY,
  recipient BLOB NOT NULL,
  worker    BLOB NOT NULL,
  starts    INTEGER NOT NULL,        -- first day in force
  ends      INTEGER                  -- first day no longer in force
) WITHOUT ROWID;
CREATE INDEX pairing_by_recipient ON pairing (recipient);
CREATE INDEX pairing_by_start ON pairing (starts);
CREATE INDEX pairing_by_end ON pairing (ends) WHERE ends IS NOT NULL;

-- Names of areas; derived from `record`.
CREATE TABLE area (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;

-- The outbox: every operation of this device, in order, with what became of it.
CREATE TABLE op (
  no          INTEGER PRIMARY KEY AUTOINCREMENT,   -- never reused, across incarnations too
  incarnation INTEGER NOT NULL,
  wire_no     INTEGER NOT NULL,      -- number within the incarnation, gapless
  id          BLOB NOT NULL UNIQUE,
  row         BLOB NOT NULL,
  recipient   BLOB,                  -- whom the record is about, for lists
  kind        TEXT NOT NULL,
  json        TEXT NOT NULL,         -- exactly as sent
  saved_at    TEXT NOT NULL,         -- moment
  acked       INTEGER NOT NULL DEFAULT 0,
  settled     INTEGER NOT NULL DEFAULT 0,   -- 1 once a pull that began after the acknowledgement has ended
  outcome     TEXT,                  -- JSON of an outcome that needs attention; NULL while waiting, and when applied
  seen        INTEGER NOT NULL DEFAULT 0    -- 1 once the user has put it aside
);
CREATE UNIQUE INDEX op_by_wire_no ON op (incarnation, wire_no);
CREATE INDEX op_by_row ON op (row, no);
CREATE INDEX op_unsent ON op (no, recipient) WHERE acked = 0;
CREATE INDEX op_unsettled ON op (row, no) WHERE settled = 0;
CREATE INDEX op_attention ON op (no) WHERE outcome IS NOT NULL AND seen = 0;

CREATE TABLE draft (key TEXT PRIMARY KEY, json TEXT NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID;

-- Photos' bytes. state: draft → local → uploading → stored → verified | failed
CREATE TABLE photo (
  id        BLOB PRIMARY KEY,
  sha256    TEXT NOT NULL,
  mime      TEXT NOT NULL,
  width     INTEGER NOT NULL,
  height    INTEGER NOT NULL,
  size      INTEGER NOT NULL,
  taken     TEXT NOT NULL,
  of_what   TEXT NOT NULL,
  caption   TEXT,
  draft     TEXT,                    -- key of the draft it waits in
  state     TEXT NOT NULL,
  upload    BLOB,                    -- the server's id of the upload
  sent      INTEGER NOT NULL DEFAULT 0,   -- bytes the server has
  tries     INTEGER NOT NULL DEFAULT 0,
  problem   TEXT,                    -- error code of the last failure
  thumb     BLOB NOT NULL,
  bytes     BLOB                     -- NULL once released after verification
);
CREATE INDEX photo_waiting ON photo (state) WHERE state IN ('local', 'uploading', 'stored', 'failed');
CREATE INDEX photo_by_draft ON photo (draft) WHERE draft IS NOT NULL;

CREATE TABLE report_cache (request TEXT PRIMARY KEY, json TEXT NOT NULL, kept TEXT NOT NULL) WITHOUT ROWID;

-- The server's first schema. Ids are 16-byte blobs, days count from 1970-01-01, months from year 0, moments are UTC
-- milliseconds, money is fen. What each table is for is said in store/tables.rs.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row: a worker's scope may hold recipients of several counties, and a cursor is one number. A deployment that is
-- split by county has one store, and so one clock, per part.
CREATE TABLE clock (part TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO clock (part, seq) VALUES ('', 0);

-- The seq is the row id: every index below ends in it, so that each is a feed in order without a column more, and a
-- new record goes to the end of the table.
CREATE TABLE record (
  seq       INTEGER PRIMARY KEY,
  id        BLOB NOT NULL UNIQUE,
  rev       INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  recipient BLOB,
  keeper    BLOB,
  shelf     TEXT,
  doc       TEXT NOT NULL
);
CREATE INDEX record_by_recipient ON record (recipient) WHERE recipient IS NOT NULL;
CREATE INDEX record_by_shelf ON record (shelf) WHERE shelf IS NOT NULL;

CREATE TABLE worker_feed (
  worker BLOB NOT NULL,
  "row"  BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  gone   INTEGER NOT NULL,
  PRIMARY KEY (worker, "row")
) WITHOUT ROWID;
CREATE UNIQUE INDEX worker_feed_by_seq ON worker_feed (worker, seq);
CREATE INDEX worker_feed_by_row ON worker_feed ("row");

CREATE TABLE gone (
  shelf TEXT NOT NULL,
  "row" BLOB NOT NULL,
  seq   INTEGER NOT NULL,
  PRIMARY KEY (shelf, "row")
) WITHOUT ROWID;

CREATE TABLE worker_digest (worker BLOB PRIMARY KEY, "count" INTEGER NOT NULL, "sum" INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE shelf_digest (shelf TEXT PRIMARY KEY, "count" INTEGER NOT NULL, "sum" INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE care (
  pairing   BLOB PRIMARY KEY,
  worker    BLOB NOT NULL,
  recipient BLOB NOT NULL,
  start     INTEGER NOT NULL,
  "end"     INTEGER,
  active    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX care_by_worker ON care (worker, recipient);
CREATE INDEX care_by_recipient ON care (recipient, worker);

CREATE TABLE worker (
  id     BLOB PRIMARY KEY,
  code   TEXT NOT NULL,
  name   TEXT NOT NULL,
  role   TEXT NOT NULL,
  area   TEXT NOT NULL,
  areas  TEXT NOT NULL,
  unit   BLOB,
  "left" INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX worker_by_code ON worker (code);
CREATE INDEX worker_by_area ON worker (area);

CREATE TABLE account (worker BLOB PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE recipient (
  id           BLOB PRIMARY KEY,
  place        TEXT NOT NULL,
  category     TEXT NOT NULL,
  active       INTEGER NOT NULL,
  visit_days   INTEGER,
  contact_days INTEGER,
  since        INTEGER NOT NULL,
  last_visit   INTEGER,
  last_contact INTEGER,
  due_on       INTEGER
) WITHOUT ROWID;

CREATE TABLE area (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rules (area TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE device (
  id          BLOB PRIMARY KEY,
  worker      BLOB NOT NULL,
  token_hash  BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  last_op     INTEGER NOT NULL,
  chain       BLOB NOT NULL,
  last_hlc    INTEGER NOT NULL,
  label       TEXT NOT NULL,
  enrolled    INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  revoked     INTEGER
) WITHOUT ROWID;
CREATE INDEX device_by_token ON device (token_hash);
CREATE INDEX device_by_worker ON device (worker);
CREATE INDEX device_by_last_seen ON device (last_seen) WHERE revoked IS NULL;

CREATE TABLE enrol_code (
  hash       BLOB PRIMARY KEY,
  worker     BLOB NOT NULL,
  expires    INTEGER NOT NULL,
  used_by    BLOB,
  proof_hash BLOB
) WITHOUT ROWID;

CREATE TABLE op_log (
  op_id       BLOB NOT NULL UNIQUE,
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  op_no       INTEGER NOT NULL,
  worker      BLOB NOT NULL,
  "row"       BLOB NOT NULL,
  kind        TEXT NOT NULL,
  change      TEXT NOT NULL,
  original    INTEGER NOT NULL,
  hlc         INTEGER NOT NULL,
  skew_ms     INTEGER NOT NULL,
  rev         INTEGER,
  outcome     TEXT,
  op          TEXT NOT NULL,
  received    INTEGER NOT NULL
);
CREATE INDEX op_log_by_row ON op_log ("row");

CREATE TABLE quarantine (
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  op_no       INTEGER NOT NULL,
  op          TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  received    INTEGER NOT NULL,
  PRIMARY KEY (device, incarnation, op_no)
);

-- One range holds every line one level down for a span of months.
CREATE TABLE tally (
  parent    TEXT NOT NULL,
  month     INTEGER NOT NULL,
  area      TEXT NOT NULL,
  category  TEXT NOT NULL,
  indicator INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  fen       INTEGER NOT NULL,
  PRIMARY KEY (parent, month, area, category, indicator)
) WITHOUT ROWID;

CREATE TABLE once (
  recipient BLOB NOT NULL,
  day       INTEGER NOT NULL,
  worker    BLOB NOT NULL,
  area      TEXT NOT NULL,
  category  TEXT NOT NULL,
  refs      BLOB NOT NULL,
  PRIMARY KEY (recipient, day, worker)
) WITHOUT ROWID;

CREATE TABLE standing (
  shelf TEXT NOT NULL,
  what  INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (shelf, what)
) WITHOUT ROWID;

CREATE TABLE aid (
  "row"     BLOB PRIMARY KEY,
  recipient BLOB NOT NULL,
  day       INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  fen       INTEGER NOT NULL,
  device    BLOB NOT NULL,
  handout   BLOB
) WITHOUT ROWID;
CREATE INDEX aid_by_recipient ON aid (recipient, day);

CREATE TABLE photo (
  "row"   BLOB PRIMARY KEY,
  sha256  TEXT NOT NULL,
  mime    TEXT NOT NULL,
  area    TEXT NOT NULL,
  missing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX photo_by_sha256 ON photo (sha256);

CREATE TABLE media (
  sha256   TEXT PRIMARY KEY,
  size     INTEGER NOT NULL,
  mime     TEXT NOT NULL,
  verified INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE upload (
  id       BLOB PRIMARY KEY,
  device   BLOB NOT NULL,
  sha256   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  mime     TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  begun    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX upload_by_device ON upload (device);

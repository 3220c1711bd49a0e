-- The first schema on PostgreSQL. Ids are 16 bytes, days count from 1970-01-01, months from year 0, moments are UTC
-- milliseconds, money is fen, truth is 0 or 1. What each table is for is said in store/tables.rs.
--
-- Text is compared by its bytes (COLLATE "C"): a prefix is then a range, and an upgrade of the system's locales cannot
-- put an index out of order.

CREATE TABLE meta (name text COLLATE "C" PRIMARY KEY, value text COLLATE "C" NOT NULL);

-- One row: a worker's scope may hold recipients of several counties, and a cursor is one number. A deployment that is
-- split by county has one store, and so one clock, per part.
-- A row that every write changes needs room on its own page for its next version.
CREATE TABLE clock (part text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO clock (part, seq) VALUES ('', 0);

-- Every index below ends in the seq, so that each is a feed in order.
CREATE TABLE record (
  seq       bigint PRIMARY KEY,
  id        bytea NOT NULL UNIQUE,
  rev       bigint NOT NULL,
  kind      text COLLATE "C" NOT NULL,
  recipient bytea,
  keeper    bytea,
  shelf     text COLLATE "C",
  doc       text COLLATE "C" NOT NULL
);
CREATE INDEX record_by_recipient ON record (recipient, seq) WHERE recipient IS NOT NULL;
CREATE INDEX record_by_shelf ON record (shelf, seq) WHERE shelf IS NOT NULL;

CREATE TABLE worker_feed (
  worker bytea NOT NULL,
  "row"  bytea NOT NULL,
  seq    bigint NOT NULL,
  gone   bigint NOT NULL,
  PRIMARY KEY (worker, "row")
);
CREATE UNIQUE INDEX worker_feed_by_seq ON worker_feed (worker, seq);
CREATE INDEX worker_feed_by_row ON worker_feed ("row");

CREATE TABLE gone (
  shelf text COLLATE "C" NOT NULL,
  "row" bytea NOT NULL,
  seq   bigint NOT NULL,
  PRIMARY KEY (shelf, "row")
);
CREATE INDEX gone_by_seq ON gone (shelf, seq);

CREATE TABLE worker_digest (worker bytea PRIMARY KEY, "count" bigint NOT NULL, "sum" bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE shelf_digest (shelf text COLLATE "C" PRIMARY KEY, "count" bigint NOT NULL, "sum" bigint NOT NULL) WITH (fillfactor = 50);

CREATE TABLE care (
  pairing   bytea PRIMARY KEY,
  worker    bytea NOT NULL,
  recipient bytea NOT NULL,
  start     bigint NOT NULL,
  "end"     bigint,
  active    bigint NOT NULL
);
CREATE INDEX care_by_worker ON care (worker, recipient);
CREATE INDEX care_by_recipient ON care (recipient, worker);

CREATE TABLE worker (
  id     bytea PRIMARY KEY,
  code   text COLLATE "C" NOT NULL,
  name   text COLLATE "C" NOT NULL,
  role   text COLLATE "C" NOT NULL,
  area   text COLLATE "C" NOT NULL,
  areas  text COLLATE "C" NOT NULL,
  unit   bytea,
  "left" bigint NOT NULL
);
CREATE INDEX worker_by_code ON worker (code);
CREATE INDEX worker_by_area ON worker (area);

CREATE TABLE account (worker bytea PRIMARY KEY, salt bytea NOT NULL, hash bytea NOT NULL);

CREATE TABLE recipient (
  id           bytea PRIMARY KEY,
  place        text COLLATE "C" NOT NULL,
  category     text COLLATE "C" NOT NULL,
  active       bigint NOT NULL,
  visit_days   bigint,
  contact_days bigint,
  since        bigint NOT NULL,
  last_visit   bigint,
  last_contact bigint,
  due_on       bigint
);

CREATE TABLE area (code text COLLATE "C" PRIMARY KEY, name text COLLATE "C" NOT NULL);
CREATE TABLE rules (area text COLLATE "C" PRIMARY KEY, doc text COLLATE "C" NOT NULL);

CREATE TABLE device (
  id          bytea PRIMARY KEY,
  worker      bytea NOT NULL,
  token_hash  bytea NOT NULL,
  incarnation bigint NOT NULL,
  last_op     bigint NOT NULL,
  chain       bytea NOT NULL,
  last_hlc    bigint NOT NULL,
  label       text COLLATE "C" NOT NULL,
  enrolled    bigint NOT NULL,
  last_seen   bigint NOT NULL,
  revoked     bigint
);
CREATE INDEX device_by_token ON device (token_hash);
CREATE INDEX device_by_worker ON device (worker);
CREATE INDEX device_by_last_seen ON device (last_seen) WHERE revoked IS NULL;

CREATE TABLE enrol_code (
  hash       bytea PRIMARY KEY,
  worker     bytea NOT NULL,
  expires    bigint NOT NULL,
  used_by    bytea,
  proof_hash bytea
);

CREATE TABLE op_log (
  op_id       bytea NOT NULL UNIQUE,
  device      bytea NOT NULL,
  incarnation bigint NOT NULL,
  op_no       bigint NOT NULL,
  worker      bytea NOT NULL,
  "row"       bytea NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  change      text COLLATE "C" NOT NULL,
  original    bigint NOT NULL,
  hlc         bigint NOT NULL,
  skew_ms     bigint NOT NULL,
  rev         bigint,
  outcome     text COLLATE "C",
  op          text COLLATE "C" NOT NULL,
  received    bigint NOT NULL
);
CREATE INDEX op_log_by_row ON op_log ("row");

CREATE TABLE quarantine (
  device      bytea NOT NULL,
  incarnation bigint NOT NULL,
  op_no       bigint NOT NULL,
  op          text COLLATE "C" NOT NULL,
  outcome     text COLLATE "C" NOT NULL,
  received    bigint NOT NULL,
  PRIMARY KEY (device, incarnation, op_no)
);

-- One range holds every line one level down for a span of months.
CREATE TABLE tally (
  parent    text COLLATE "C" NOT NULL,
  month     bigint NOT NULL,
  area      text COLLATE "C" NOT NULL,
  category  text COLLATE "C" NOT NULL,
  indicator bigint NOT NULL,
  n         bigint NOT NULL,
  fen       bigint NOT NULL,
  PRIMARY KEY (parent, month, area, category, indicator)
);

CREATE TABLE once (
  recipient bytea NOT NULL,
  day       bigint NOT NULL,
  worker    bytea NOT NULL,
  area      text COLLATE "C" NOT NULL,
  category  text COLLATE "C" NOT NULL,
  refs      bytea NOT NULL,
  PRIMARY KEY (recipient, day, worker)
);

CREATE TABLE standing (
  shelf text COLLATE "C" NOT NULL,
  what  bigint NOT NULL,
  n     bigint NOT NULL,
  PRIMARY KEY (shelf, what)
);

CREATE TABLE aid (
  "row"     bytea PRIMARY KEY,
  recipient bytea NOT NULL,
  day       bigint NOT NULL,
  kind      text COLLATE "C" NOT NULL,
  fen       bigint NOT NULL,
  device    bytea NOT NULL,
  handout   bytea
);
CREATE INDEX aid_by_recipient ON aid (recipient, day);

CREATE TABLE photo (
  "row"   bytea PRIMARY KEY,
  sha256  text COLLATE "C" NOT NULL,
  mime    text COLLATE "C" NOT NULL,
  area    text COLLATE "C" NOT NULL,
  missing bigint NOT NULL
);
CREATE INDEX photo_by_sha256 ON photo (sha256);

CREATE TABLE media (
  sha256   text COLLATE "C" PRIMARY KEY,
  size     bigint NOT NULL,
  mime     text COLLATE "C" NOT NULL,
  verified bigint NOT NULL
);

CREATE TABLE upload (
  id       bytea PRIMARY KEY,
  device   bytea NOT NULL,
  sha256   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  mime     text COLLATE "C" NOT NULL,
  "offset" bigint NOT NULL,
  begun    bigint NOT NULL
);
CREATE INDEX upload_by_device ON upload (device);

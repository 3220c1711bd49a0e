-- Less to write with every row that a pull brings: records lie in the order in which they came (kept by id, every fourth one moved
-- its neighbours), the index by kind holds only what is listed by kind, and a scope is a number where rows say which they are in.
-- Scopes are few, so whether a row is in any of them is asked scope by scope, without an index by row.

CREATE TABLE record_lean (
  nr        INTEGER PRIMARY KEY,
  id        BLOB NOT NULL,           -- once: record.rs looks before it inserts
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
);
INSERT INTO record_lean (id, kind, rev, recipient, author, day, happened, void, counts, open, doc, mirror)
  SELECT id, kind, rev, recipient, author, day, happened, void, counts, open, doc, mirror FROM record ORDER BY id;
DROP TABLE record;
ALTER TABLE record_lean RENAME TO record;
-- With the revision, so that a scope is compared with the server's without touching the records themselves.
CREATE UNIQUE INDEX record_by_id ON record (id, rev);
CREATE INDEX record_by_recipient ON record (recipient, kind, happened);
CREATE INDEX record_by_author_day ON record (author, day);
CREATE INDEX record_listed ON record (kind, happened)
  WHERE kind NOT IN ('recipient', 'household', 'pairing', 'visit', 'assistance', 'receipt', 'need');
CREATE INDEX record_open ON record (recipient) WHERE open = 1;
CREATE INDEX record_pending ON record (author) WHERE mirror IS NOT NULL;

CREATE TABLE scope (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO scope (name) SELECT DISTINCT scope FROM member;
CREATE TABLE member_lean (scope INTEGER NOT NULL, row BLOB NOT NULL, PRIMARY KEY (scope, row)) WITHOUT ROWID;
INSERT INTO member_lean (scope, row) SELECT scope.no, member.row FROM member JOIN scope ON scope.name = member.scope;
DROP TABLE member;
ALTER TABLE member_lean RENAME TO member;

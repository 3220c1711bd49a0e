-- Colleagues' bundles that this phone takes to the server. It cannot read them; what stands beside the bytes is their clear header.
CREATE TABLE carried (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256  TEXT NOT NULL UNIQUE,      -- the same file picked twice is one
  created INTEGER NOT NULL,          -- UTC ms
  ops     INTEGER NOT NULL,
  size    INTEGER NOT NULL,
  added   TEXT NOT NULL,             -- moment
  tries   INTEGER NOT NULL DEFAULT 0,
  verdict TEXT,                      -- the server's word; NULL while it waits
  error   TEXT,                      -- error code where the server would not even look at it
  bytes   BLOB                       -- NULL once the server has acknowledged it
);
CREATE INDEX carried_waiting ON carried (tries, id) WHERE verdict IS NULL AND error IS NULL;

-- What left a shelf since a cursor, without walking over all that ever left it.
CREATE INDEX gone_by_seq ON gone (shelf, seq);

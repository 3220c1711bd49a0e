-- Recipients whose line in the roster is to be worked out again: a pull of many pages does that once, at its end.
CREATE TABLE roster_due (id BLOB PRIMARY KEY) WITHOUT ROWID;

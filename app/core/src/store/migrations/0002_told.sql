-- Operations with an outcome: a pull asks after some of them.

CREATE INDEX op_told ON op (no) WHERE outcome IS NOT NULL;

-- PostgreSQL has had it from the first; the number is taken so that both backends count alike.
CREATE INDEX IF NOT EXISTS gone_by_seq ON gone (shelf, seq);

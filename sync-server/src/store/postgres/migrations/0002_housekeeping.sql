-- What the daily sweep walks by age, in steps.

CREATE INDEX worker_feed_by_age ON worker_feed (seq);
CREATE INDEX gone_by_age ON gone (seq);
CREATE INDEX enrol_code_by_age ON enrol_code (expires);
CREATE INDEX quarantine_by_age ON quarantine (received);

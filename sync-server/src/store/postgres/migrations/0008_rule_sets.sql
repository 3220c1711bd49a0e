-- Every rule set that is not voided, by its record, where `rules` had only the last one written for an area. Filled from
-- the records. The due days of recipients, which may rest on another rule set, are derived anew when the server starts.
CREATE TABLE rule_set ("row" bytea PRIMARY KEY, area text COLLATE "C" NOT NULL, doc text COLLATE "C" NOT NULL);
INSERT INTO rule_set ("row", area, doc)
  SELECT id, doc::json -> 'fields' ->> 'area', (doc::json -> 'fields')::text
  FROM record
  WHERE kind = 'rule_set' AND doc::json ->> 'void' IS NULL AND json_typeof(doc::json -> 'fields' -> 'area') = 'string';
DROP TABLE rules;

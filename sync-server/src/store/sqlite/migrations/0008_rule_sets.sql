-- Every rule set that is not voided, by its record, where `rules` had only the last one written for an area. Filled from
-- the records. The due days of recipients, which may rest on another rule set, are derived anew when the server starts.
CREATE TABLE rule_set ("row" BLOB PRIMARY KEY, area TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO rule_set ("row", area, doc)
  SELECT id, json_extract(doc, '$.fields.area'), json_extract(doc, '$.fields')
  FROM record
  WHERE kind = 'rule_set' AND json_extract(doc, '$.void') IS NULL AND json_type(doc, '$.fields.area') = 'text';
DROP TABLE rules;

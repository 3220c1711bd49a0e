-- What a device signs its bundles with (Ed25519, the public half); absent until it told.
ALTER TABLE device ADD COLUMN sign_key bytea;

-- Schema version 2: one-time pairs leave their bundle's row for rows of their own, so that a used
-- one is one row less, and a bundle is read without its pairs. Docs: docs/spec/08-state.md §3.
-- Before: secrets = 273 bytes || number of pairs 8 || pairs, 104 bytes each.

CREATE TABLE one_time_prekeys (
    bundle  BLOB NOT NULL CHECK (length(bundle) = 8),
    id      BLOB NOT NULL CHECK (length(id) = 8),
    secrets BLOB NOT NULL CHECK (length(secrets) = 104),
    PRIMARY KEY (bundle, id)
) STRICT;

WITH RECURSIVE pairs (bundle, secrets, start) AS (
    SELECT bundle, secrets, 282 FROM prekeys WHERE length(secrets) > 281
    UNION ALL
    SELECT bundle, secrets, start + 104 FROM pairs WHERE start + 104 < length(secrets)
)
INSERT INTO one_time_prekeys
SELECT bundle, substr(secrets, start, 8), substr(secrets, start, 104) FROM pairs;

UPDATE prekeys SET secrets = CAST(substr(secrets, 1, 273) || zeroblob(8) AS BLOB);

ALTER TABLE prekeys ADD COLUMN drawn INTEGER NOT NULL DEFAULT 0;
UPDATE prekeys SET drawn = created;

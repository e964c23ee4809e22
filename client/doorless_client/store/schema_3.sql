-- Schema version 3: what a conversation needs to go on when its keys were lost, and whether this
-- profile may be an older copy. Docs: docs/spec/08-state.md §3, §12, §13.

ALTER TABLE own ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;

-- Which number of its session an envelope took: one that is used twice shows a copy.
ALTER TABLE seen ADD COLUMN place BLOB NOT NULL DEFAULT x'';
ALTER TABLE seen ADD COLUMN front BLOB NOT NULL DEFAULT x'';
CREATE INDEX seen_places ON seen (place);

CREATE TABLE session_marks (
    session BLOB NOT NULL PRIMARY KEY CHECK (length(session) = 32),
    account BLOB NOT NULL,
    device  BLOB NOT NULL,
    digest  BLOB NOT NULL
) STRICT;

CREATE TABLE resyncs (
    account BLOB    NOT NULL,
    device  BLOB    NOT NULL,
    floor   INTEGER NOT NULL,
    begun   REAL    NOT NULL,
    tries   INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    suspect INTEGER NOT NULL,
    repeated REAL   NOT NULL,
    PRIMARY KEY (account, device)
) STRICT;

CREATE TABLE unacknowledged (
    number       INTEGER NOT NULL,
    account      BLOB    NOT NULL,
    conversation BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    content      BLOB    NOT NULL,
    counter      INTEGER NOT NULL,
    relay        TEXT    NOT NULL,
    mailbox      BLOB    NOT NULL,
    envelope_id  BLOB    NOT NULL,
    envelope     BLOB    NOT NULL,
    expires      REAL    NOT NULL,
    PRIMARY KEY (number, device)
) STRICT;

CREATE INDEX unacknowledged_by_device ON unacknowledged (account, device, id);
CREATE INDEX unacknowledged_by_time ON unacknowledged (expires);

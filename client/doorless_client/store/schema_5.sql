-- Schema version 5: what this device holds of the key logs of relays.
-- Docs: docs/spec/08-state.md §14.

CREATE TABLE logs (
    relay   TEXT    NOT NULL PRIMARY KEY,
    config  BLOB    NOT NULL,
    view    BLOB    NOT NULL,
    frozen  INTEGER NOT NULL,
    checked REAL    NOT NULL
) STRICT;

CREATE TABLE log_pins (
    relay TEXT NOT NULL,
    label TEXT NOT NULL,
    pin   BLOB NOT NULL,
    PRIMARY KEY (relay, label)
) STRICT;

CREATE TABLE log_pending (
    relay TEXT    NOT NULL,
    label TEXT    NOT NULL,
    epoch INTEGER NOT NULL,
    seen  BLOB    NOT NULL,
    at    REAL    NOT NULL,
    PRIMARY KEY (relay, label, epoch)
) STRICT;

CREATE TABLE log_own (
    version  INTEGER NOT NULL PRIMARY KEY,
    record   BLOB    NOT NULL,
    opening  BLOB    NOT NULL,
    manifest INTEGER NOT NULL,
    after    INTEGER NOT NULL,
    receipt  BLOB    NOT NULL,
    link     BLOB    NOT NULL,
    signed   INTEGER NOT NULL
) STRICT;

CREATE TABLE log_alarms (
    number   INTEGER NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    relay    TEXT    NOT NULL,
    label    TEXT    NOT NULL,
    account  BLOB    NOT NULL,
    evidence BLOB    NOT NULL,
    seen     INTEGER NOT NULL
) STRICT;

-- Schema version 5: what this device holds of the key logs of relays.
-- Docs: docs/spec/08-state.md §14.

CREATE TABLE logs (
    relay   TEXT NOT NULL PRIMARY KEY,
    view    BLOB NOT NULL,
    checked REAL NOT NULL
) STRICT;

CREATE TABLE log_pins (
    relay   TEXT NOT NULL,
    label   TEXT NOT NULL,
    account BLOB NOT NULL,
    pin     BLOB NOT NULL,
    at      REAL NOT NULL,
    PRIMARY KEY (relay, label)
) STRICT;

CREATE TABLE log_own (
    label TEXT NOT NULL PRIMARY KEY,
    chain BLOB NOT NULL,
    proof BLOB NOT NULL
) STRICT;

CREATE TABLE log_waiting (
    relay   TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    account BLOB    NOT NULL,
    waiting BLOB    NOT NULL,
    at      REAL    NOT NULL,
    PRIMARY KEY (relay, size, account)
) STRICT;

CREATE TABLE log_gossip (
    account BLOB    NOT NULL PRIMARY KEY,
    heard   BLOB    NOT NULL,
    bundle  BLOB    NOT NULL,
    told    INTEGER NOT NULL,
    asked   INTEGER NOT NULL
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

-- Schema version 10: what relays told of demands for our data, and their canaries.
-- Docs: docs/spec/21-notices.md §4.1, §7.

CREATE TABLE notices (
    relay  TEXT    NOT NULL,
    demand TEXT    NOT NULL,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    notice BLOB    NOT NULL,
    read   INTEGER NOT NULL,
    PRIMARY KEY (relay, demand)
) STRICT;

CREATE TABLE canaries (
    relay  TEXT NOT NULL PRIMARY KEY,
    newest BLOB NOT NULL,
    said   BLOB NOT NULL,
    state  TEXT NOT NULL,
    told   TEXT NOT NULL
) STRICT;

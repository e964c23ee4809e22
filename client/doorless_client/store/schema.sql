-- The profile's database, schema version 1. Docs: docs/spec/08-state.md §3.
-- Columns are the fields of the rows in records.py, by name. One migration a version, in order.

CREATE TABLE own (
    single           INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    handle           TEXT    NOT NULL,
    relay            TEXT    NOT NULL,
    tls              INTEGER NOT NULL,
    pin              BLOB    NOT NULL,
    account_key      BLOB    NOT NULL CHECK (length(account_key) = 64),
    unshown_seed     BLOB    NOT NULL,
    device_keys      BLOB    NOT NULL,
    token            BLOB    NOT NULL CHECK (length(token) = 16),
    registered       INTEGER NOT NULL,
    token_published  INTEGER NOT NULL,
    config           BLOB    NOT NULL,
    incarnation      INTEGER NOT NULL,
    next_incarnation INTEGER NOT NULL
) STRICT;

CREATE TABLE own_manifests (
    version  INTEGER NOT NULL PRIMARY KEY,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    manifest BLOB    NOT NULL
) STRICT;

CREATE TABLE prekeys (
    bundle    BLOB    NOT NULL PRIMARY KEY CHECK (length(bundle) = 8),
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    created   INTEGER NOT NULL,
    secrets   BLOB    NOT NULL,
    published INTEGER NOT NULL
) STRICT;

CREATE TABLE contacts (
    conversation BLOB    NOT NULL PRIMARY KEY CHECK (length(conversation) = 32),
    account      BLOB    NOT NULL UNIQUE CHECK (length(account) = 32),
    handle       TEXT    NOT NULL,
    relay        TEXT    NOT NULL,
    pin          BLOB    NOT NULL,
    claim        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    trust        TEXT    NOT NULL CHECK (trust IN ('first-seen', 'verified', 'changed')),
    standing     TEXT    NOT NULL CHECK (standing IN ('contact', 'request', 'blocked')),
    head         BLOB    NOT NULL,
    manifest     BLOB    NOT NULL,
    offered      BLOB    NOT NULL,
    token        BLOB    NOT NULL,
    looked_up    REAL    NOT NULL,
    introduced   INTEGER NOT NULL,
    added        INTEGER NOT NULL,
    draft        TEXT    NOT NULL,
    seen         INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    account BLOB NOT NULL,
    device  BLOB NOT NULL CHECK (length(device) = 16),
    entry   BLOB NOT NULL,
    PRIMARY KEY (account, device)
) STRICT;

CREATE TABLE session_parts (
    session BLOB NOT NULL CHECK (length(session) = 32),
    part    BLOB NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (session, part)
) STRICT;

CREATE TABLE known_numbers (
    account BLOB    NOT NULL,
    device  BLOB    NOT NULL,
    number  INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT;

CREATE TABLE origins (
    origin  BLOB NOT NULL PRIMARY KEY CHECK (length(origin) = 40),
    session BLOB NOT NULL
) STRICT;

CREATE TABLE messages (
    conversation BLOB    NOT NULL REFERENCES contacts,
    place        INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    mine         INTEGER NOT NULL,
    account      BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    received     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    chars        INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    gap          INTEGER NOT NULL,
    note         TEXT    NOT NULL,
    raw          BLOB    NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

-- A content is shown once, whatever is delivered again. Notes have no id.
CREATE UNIQUE INDEX messages_once ON messages (conversation, id, account) WHERE id <> x'';
-- Lengths of a whole conversation and what is unread, without touching its texts.
CREATE INDEX messages_shape ON messages (conversation, place, chars, mine, kind);

CREATE TABLE voices (
    conversation BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    next         INTEGER NOT NULL,
    last         BLOB    NOT NULL,
    missing      BLOB    NOT NULL,
    PRIMARY KEY (conversation, device)
) STRICT;

CREATE TABLE outbox (
    number         INTEGER NOT NULL PRIMARY KEY,
    account        BLOB    NOT NULL,
    conversation   BLOB    NOT NULL,
    device         BLOB    NOT NULL,
    place          INTEGER NOT NULL,
    id             BLOB    NOT NULL,
    content        BLOB    NOT NULL,
    confirmed_only INTEGER NOT NULL,
    not_before     REAL    NOT NULL,
    expires        REAL    NOT NULL
) STRICT;

CREATE INDEX outbox_account ON outbox (account, number);

CREATE TABLE copies (
    number      INTEGER NOT NULL REFERENCES outbox,
    device      BLOB    NOT NULL,
    mailbox     BLOB    NOT NULL,
    envelope_id BLOB    NOT NULL,
    envelope    BLOB    NOT NULL,
    sent        INTEGER NOT NULL,
    PRIMARY KEY (number, device)
) STRICT;

CREATE TABLE wires (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    head         BLOB    NOT NULL CHECK (length(head) <= 512),
    size         INTEGER NOT NULL,
    mailbox      BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    copies       INTEGER NOT NULL,
    PRIMARY KEY (conversation, place),
    FOREIGN KEY (conversation, place) REFERENCES messages
) STRICT;

CREATE TABLE seen (
    envelope_id BLOB    NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL
) STRICT;

CREATE TABLE receipts_due (
    conversation BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    read         INTEGER NOT NULL,
    due          REAL    NOT NULL,
    PRIMARY KEY (conversation, id, read)
) STRICT;

CREATE INDEX receipts_by_time ON receipts_due (due);

CREATE TABLE failures (
    reason TEXT    NOT NULL PRIMARY KEY,
    count  INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT;

CREATE TABLE evidence (
    number  INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    account BLOB    NOT NULL,
    what    TEXT    NOT NULL,
    ours    BLOB    NOT NULL,
    theirs  BLOB    NOT NULL
) STRICT;

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

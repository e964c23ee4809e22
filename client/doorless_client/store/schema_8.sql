-- Schema version 8: what can be done with a message, and how chats are arranged.
-- Docs: docs/spec/08-state.md §15.

-- What few messages have, beside their words.
CREATE TABLE extras (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    run          INTEGER NOT NULL,
    quoted       BLOB    NOT NULL,
    quote        BLOB    NOT NULL,
    file         BLOB    NOT NULL,
    forwarded    INTEGER NOT NULL,
    pinned       INTEGER NOT NULL,
    reacted      INTEGER NOT NULL,
    edited       INTEGER NOT NULL,
    edited_at    INTEGER NOT NULL,
    edited_by    BLOB    NOT NULL,
    deleted      INTEGER NOT NULL,
    lasts        INTEGER NOT NULL,
    gone_at      REAL    NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

CREATE INDEX extras_in_runs ON extras (conversation, run);
CREATE INDEX extras_by_quoted ON extras (conversation, quoted) WHERE quoted <> x'';
CREATE INDEX extras_pinned ON extras (conversation) WHERE pinned;

-- Messages whose countdown runs.
CREATE TABLE fading (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    minute       INTEGER NOT NULL,
    at           REAL    NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

CREATE INDEX fading_by_time ON fading (at);
CREATE INDEX fading_in_minutes ON fading (minute);

CREATE TABLE reactions (
    conversation BLOB    NOT NULL,
    author       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    by           BLOB    NOT NULL,
    emoji        TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    device       BLOB    NOT NULL,
    PRIMARY KEY (conversation, author, id, by)
) STRICT;

CREATE TABLE versions (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    device       BLOB    NOT NULL,
    text         TEXT    NOT NULL,
    PRIMARY KEY (conversation, place, at, device)
) STRICT;

-- Runs of places that are shown no more: deleted here, or disappeared. Their messages are empty.
CREATE TABLE gone (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    after        INTEGER NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

-- Which acts were heard: each is done once, whatever is said again.
CREATE TABLE acts (
    conversation BLOB    NOT NULL,
    account      BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    received     INTEGER NOT NULL,
    PRIMARY KEY (conversation, account, id)
) STRICT;

-- What was done with a message that did not come yet.
CREATE TABLE waiting_acts (
    conversation BLOB    NOT NULL,
    author       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    act          BLOB    NOT NULL,
    by           BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    content      BLOB    NOT NULL,
    received     INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, id, act)
) STRICT;

-- The copies of what we said, after they left: for a message's details.
CREATE TABLE sealings (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    device       BLOB    NOT NULL,
    own          INTEGER NOT NULL,
    mailbox      BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, place, device)
) STRICT;

-- What messages of a conversation last, as was agreed.
CREATE TABLE timers (
    conversation BLOB    NOT NULL PRIMARY KEY,
    seconds      INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    id           BLOB    NOT NULL
) STRICT;

CREATE TABLE shelf (
    conversation  BLOB    NOT NULL PRIMARY KEY,
    pinned        INTEGER NOT NULL,
    muted_until   INTEGER NOT NULL,
    archived      INTEGER NOT NULL,
    marked_unread INTEGER NOT NULL,
    own_name      TEXT    NOT NULL,
    changed       INTEGER NOT NULL
) STRICT;

-- What the relay had of receipts, reactions, edits and deletions: for X-ray.
CREATE TABLE beside (
    conversation BLOB    NOT NULL,
    about        BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    mine         INTEGER NOT NULL,
    head         BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, about, kind, mine)
) STRICT;

-- Who lives on this computer, to try things with; x'' keys: forgotten for good.
CREATE TABLE echo (
    single   INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    keys     BLOB    NOT NULL,
    manifest BLOB    NOT NULL,
    ours     BLOB    NOT NULL,
    theirs   BLOB    NOT NULL,
    trust    TEXT    NOT NULL,
    draft    TEXT    NOT NULL,
    seen     INTEGER NOT NULL,
    made     INTEGER NOT NULL
) STRICT;

CREATE TABLE echo_said (
    place    INTEGER NOT NULL PRIMARY KEY,
    id       BLOB    NOT NULL,
    mine     INTEGER NOT NULL,
    device   BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    received INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    state    INTEGER NOT NULL,
    head     BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    mailbox  BLOB    NOT NULL,
    quoting  INTEGER NOT NULL,
    emoji    TEXT    NOT NULL
) STRICT;

-- Files of messages on their way, and those of ours that a relay is to forget.
CREATE TABLE transfers (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    incoming     INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    local        TEXT    NOT NULL,
    write        BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    body         BLOB    NOT NULL,
    note         TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,
    not_before   REAL    NOT NULL,
    expires      REAL    NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

CREATE TABLE blobs_to_drop (
    write      BLOB NOT NULL PRIMARY KEY,
    relay      TEXT NOT NULL,
    pin        BLOB NOT NULL,
    not_before REAL NOT NULL,
    expires    REAL NOT NULL
) STRICT;

-- Which messages have which words; the texts themselves are not in it. rowid: that of the message.
CREATE VIRTUAL TABLE words USING fts5 (
    text, chat, content = '', prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
-- What is taken out is overwritten at once, not when the index is next merged.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
-- Parts of it are merged so many bytes at a time: a quarter of the usual, so that no step is long.
INSERT INTO words (words, rank) VALUES ('pgsz', 1000);

-- Messages up to this rowid are in the index.
CREATE TABLE words_mark (upto INTEGER NOT NULL) STRICT;
INSERT INTO words_mark VALUES (0);

CREATE TRIGGER words_changed AFTER UPDATE OF text ON messages
WHEN old.text <> new.text AND old.kind = 'text' AND old.rowid <= (SELECT upto FROM words_mark)
BEGIN
    INSERT INTO words (words, rowid, text, chat)
    VALUES ('delete', old.rowid, old.text, substr(hex(old.conversation), 1, 16));
    INSERT INTO words (rowid, text, chat)
    VALUES (old.rowid, new.text, substr(hex(old.conversation), 1, 16));
END;

CREATE TRIGGER words_gone AFTER DELETE ON messages
WHEN old.rowid <= (SELECT upto FROM words_mark)
BEGIN
    INSERT INTO words (words, rowid, text, chat)
    SELECT 'delete', old.rowid, old.text, substr(hex(old.conversation), 1, 16)
    WHERE old.kind = 'text';
    UPDATE words_mark SET upto = min(upto, (SELECT coalesce(max(rowid), 0) FROM messages));
END;

-- A receipt is owed for many messages at once, and is one row then, of up to 32 ids.
CREATE TABLE receipts_owed (
    number       INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB    NOT NULL,
    read         INTEGER NOT NULL,
    due          REAL    NOT NULL,
    ids          BLOB    NOT NULL CHECK (length(ids) BETWEEN 16 AND 512)
) STRICT;

INSERT INTO receipts_owed
SELECT row_number() OVER (ORDER BY rowid), conversation, read, due, id FROM receipts_due;

DROP TABLE receipts_due;

ALTER TABLE receipts_owed RENAME TO receipts_due;

CREATE INDEX receipts_by_time ON receipts_due (due);

-- A content is shown once, whatever is delivered again. Ids are random, so each message changes a
-- page of its own: the shorter the entries, the fewer pages. One conversation can have two accounts
-- of one person, after other keys were accepted: two that agree in what is left cost 2^64 keys.
DROP INDEX messages_once;

CREATE UNIQUE INDEX messages_once
ON messages (id, substr(account, 1, 16), substr(conversation, 1, 8)) WHERE id <> x'';
